"""Encodings end to end: a folder of files in each, told by nobody."""

import pytest

from tests.fixtures.bad import CANARY, swept
from tests.fixtures.sources import csv_text

GERMAN = (
    "Der Patient wurde mit Übelkeit und Rückenschmerzen aufgenommen; Größe 180 cm, Temperatur 38,5°.",
    "Die Beschwerden bestehen seit längerer Zeit, über drei Wochen; Müdigkeit, gelegentlich Kopfschmerzen.",
    "Röntgen: keine frischen Verschattungen, Zwerchfelle beidseits glatt begrenzt, Herzgröße normal.",
)
FRENCH = (
    "Le patient a été hospitalisé à la suite d'une douleur thoracique; température élevée dès l'entrée.",
    "Traitement par bêta-bloquant, reçu à l'hôpital; œdème des membres inférieurs, sa sœur est présente.",
    "Échographie: cœur de taille normale, légère insuffisance mitrale, pas d'épanchement péricardique.",
)
ENGLISH = (
    "Admitted with chest pain – temperature 38.5°, the patient’s wife was present; café au lait spots.",
    "Described as “stable” overnight; naïve to opioids, fiancé at the bedside, 2½ tablets taken – no relief.",
    "Follow-up in Curaçao; Sjögren’s and Ménière’s disease were excluded by the consultant’s résumé.",
)
POLISH = (
    "Pacjent został przyjęty z bólem w klatce piersiowej, ciśnienie podwyższone, źle się czuje.",
    "Zalecono dalszą obserwację oraz leczenie żółtaczki; gorączka ustąpiła po trzech dniach.",
    "Wypisany do domu w stanie ogólnym dobrym, kontrola w poradni za miesiąc, dieta lekkostrawna.",
)
CZECH = (
    "Pacient byl přijat pro bolest na hrudi, příčinou byla zřejmě žlučníková kolika.",
    "Léčba byla úspěšná, kašel přetrvává, třes končetin ustoupil; doporučen klidový režim.",
    "Propuštěn do domácího ošetření, kontrola u praktického lékaře za týden, dieta s omezením tuků.",
)
RUSSIAN = (
    "Пациент поступил с жалобами на боль в груди, одышку и слабость; температура повышена.",
    "Давление снижено, назначено лечение антибиотиками, состояние постепенно улучшилось.",
    "Выписан домой в удовлетворительном состоянии под наблюдение участкового врача.",
)
GREEK = (
    "Ο ασθενής εισήχθη με πόνο στο στήθος και δύσπνοια, η θερμοκρασία ήταν αυξημένη.",
    "Χορηγήθηκε θεραπεία με αντιβιοτικά και η κατάσταση βελτιώθηκε σημαντικά.",
    "Εξήλθε σε καλή γενική κατάσταση με οδηγίες για επανέλεγχο σε ένα μήνα.",
)
TURKISH = (
    "Hasta göğüs ağrısı ve nefes darlığı şikayetiyle başvurdu, ateşi yüksekti.",
    "İlaç tedavisi başlandı, ağrı kesici verildi; şişlik ve kızarıklık azaldı.",
    "Genel durumu iyi olarak taburcu edildi, bir ay sonra kontrole çağrıldı.",
)
JAPANESE = (
    "患者は胸痛を訴えて入院した。体温は高く、血圧は低下していた。",
    "抗生物質による治療を開始し、症状は次第に改善した。",
    "全身状態良好にて退院、一か月後に外来で経過を観察する予定である。",
)
CHINESE = (
    "患者因胸痛入院，体温升高，血压下降，伴有呼吸困难。",
    "给予抗生素治疗后症状明显改善，建议出院后继续服药。",
    "复查胸片未见明显异常，一个月后门诊随访，注意饮食和休息。",
)
KOREAN = (
    "환자는 흉통을 호소하며 입원하였다. 체온이 높고 혈압이 낮았다.",
    "항생제 치료를 시작한 후 증상이 점차 호전되었다.",
    "전신 상태가 양호하여 퇴원하였고 한 달 후 외래에서 추적 관찰할 예정이다.",
)
UTF16_FAULT = b"\x00\xdc"

CASES = {
    # texts, the encoding that is taken, and bytes that it does not know
    "utf-8": (GERMAN, "utf-8", b"\xff"),
    "utf-8-sig": (FRENCH, "utf-8-sig", b"\xff"),
    "utf-16": (POLISH, "utf-16", UTF16_FAULT),
    "utf-16-le": (GERMAN, "utf-16-le", UTF16_FAULT),
    "latin-1": (GERMAN, "cp1252", b"\x81"),
    "cp1252": (ENGLISH, "cp1252", b"\x81"),
    "iso-8859-15": (FRENCH, "iso8859-15", None),
    "cp1250": (POLISH, "cp1250", b"\x81"),
    "iso-8859-2": (CZECH, "iso8859-2", None),
    "cp1251": (RUSSIAN, "cp1251", b"\x98"),
    "koi8-r": (RUSSIAN, "koi8_r", None),
    "cp1253": (GREEK, "cp1253", b"\xd2"),
    "cp1254": (TURKISH, "cp1254", b"\x81"),
    "shift_jis": (JAPANESE, "cp932", b"\x81 "),
    "euc_jp": (JAPANESE, "euc_jp", b"\xff"),
    "gb18030": (CHINESE, "gb18030", b"\xff"),
    "big5": (("病人因胸痛入院，體溫升高，血壓下降。", "給予抗生素治療後症狀明顯改善。"), "big5", b"\xff"),
    "euc_kr": (KOREAN, "cp949", b"\xff"),
}


@pytest.mark.parametrize("encoding", CASES)
def test_a_folder_of_ten_files(tmp_path, encoding):
    sentences, taken, fault = CASES[encoding]
    wanted = {}
    expected = []
    (tmp_path / "source").mkdir()
    for number in range(10):
        rows = [(f"{number}-{i}", f"{sentences[i % len(sentences)]} ({number * 9 + i})") for i in range(9)]
        wanted.update(rows)
        content = csv_text(rows).encode(encoding)
        if fault:
            ascii_encoding = encoding if encoding == "utf-16-le" else "utf-16-le" if encoding == "utf-16" else "ascii"
            broken = [f"bad{number},{CANARY} ".encode(ascii_encoding), fault, " x\n".encode(ascii_encoding)]
            content += b"".join(broken)
            expected.append((f"{number}.csv", 11, "undecodable bytes"))
        (tmp_path / "source" / f"{number}.csv").write_bytes(content)
    _, rejects, corpus = swept(tmp_path / "source", tmp_path / "corpus")
    table = corpus.table()
    assert dict(zip(table["note_id"].to_pylist(), table["text"].to_pylist(), strict=True)) == wanted
    assert rejects == expected
    assert corpus.manifest.source["encoding"] == taken
    # where nothing but the looks of the text tells the encoding, that is reported
    told = [warning for warning in corpus.manifest.warnings if f"recognised by its letters as {taken}" in warning]
    assert len(told) == (0 if encoding.startswith("utf") else 10)
