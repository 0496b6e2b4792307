"""Studies of the radiology department: what is looked at, what is usually said, what may be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Study:
    """One kind of examination."""

    title: str
    technique: str
    normal: tuple[str, ...]
    """Sentences about normal anatomy."""
    visible: tuple[str, ...]
    """HPO ids of what this study can show."""


STUDIES: Mapping[str, Study] = {
    "chest radiograph": Study(
        "XR CHEST",
        "Single view of the chest.",
        (
            "The lungs are clear",
            "The heart is not enlarged",
            "The mediastinal contours are normal",
            "Bony thorax is intact",
            "The costophrenic angles are sharp",
            "No free air under the diaphragm",
            "Rotated film, allowing for this no focal lesion",
        ),
        (
            "HP:0002202",
            "HP:0001640",
            "HP:0100750",
            "HP:0002107",
            "HP:0002113",
            "HP:0100598",
            "HP:0002097",
            "HP:0002036",
        ),
    ),
    "CT thorax": Study(
        "CT THORAX WITH CONTRAST",
        "Helical acquisition after intravenous contrast.",
        (
            "The central airways are patent",
            "No enlarged nodes in the axillae",
            "The great vessels opacify normally",
            "The imaged upper abdomen is unremarkable",
            "No destructive bony lesion",
        ),
        (
            "HP:0002204",
            "HP:0002110",
            "HP:0033608",
            "HP:0002206",
            "HP:0025179",
            "HP:0001698",
            "HP:0004942",
            "HP:0002716",
        ),
    ),
    "CT head": Study(
        "CT HEAD",
        "Unenhanced axial acquisition.",
        (
            "Grey and white matter differentiation is preserved",
            "The basal cisterns are patent",
            "No skull vault fracture",
            "The paranasal sinuses are clear",
            "Orbits are unremarkable",
            "Mild small vessel change, in keeping with age",
        ),
        ("HP:0002059", "HP:0002170", "HP:0100309", "HP:0002140", "HP:0002119", "HP:0000246"),
    ),
    "ultrasound abdomen": Study(
        "US ABDOMEN",
        "Transabdominal ultrasound, views limited by bowel gas.",
        (
            "The bile ducts are not dilated",
            "The pancreas is partly obscured",
            "Normal flow in the portal vein",
            "Both kidneys are of normal size",
            "The aorta is of normal calibre",
            "The bladder is moderately filled and thin walled",
        ),
        (
            "HP:0001081",
            "HP:0001397",
            "HP:0002240",
            "HP:0001744",
            "HP:0000126",
            "HP:0000107",
            "HP:0001541",
            "HP:0001407",
        ),
    ),
    "CT abdomen": Study(
        "CT ABDOMEN AND PELVIS",
        "Portal venous phase.",
        (
            "The liver enhances evenly",
            "No bowel dilatation",
            "Adrenal glands are normal",
            "No free fluid",
            "The lung bases are clear",
            "Degenerative change in the lower lumbar spine",
        ),
        (
            "HP:0000787",
            "HP:0001733",
            "HP:0005214",
            "HP:0002253",
            "HP:0005112",
            "HP:0002716",
            "HP:0001541",
            "HP:0001744",
        ),
    ),
    "MRI spine": Study(
        "MRI LUMBAR SPINE",
        "Sagittal T1, T2 and STIR with axial T2 through the lower discs.",
        (
            "Alignment is maintained",
            "Marrow signal is normal",
            "The conus ends at L1",
            "Facet joint degeneration at the lower levels",
            "Paraspinal soft tissues are unremarkable",
        ),
        ("HP:0003416", "HP:0003302", "HP:0002953", "HP:0002650"),
    ),
    "limb radiograph": Study(
        "XR HAND / KNEE",
        "Two views.",
        (
            "No acute fracture",
            "Alignment is normal",
            "Joint space is preserved",
            "Soft tissues are unremarkable",
            "Small osteophytes at the joint margins",
        ),
        ("HP:0002758", "HP:0000938", "HP:0000934", "HP:0012062", "HP:0002756"),
    ),
    "ultrasound neck": Study(
        "US NECK",
        "High resolution linear probe.",
        (
            "Salivary glands are normal",
            "Small reactive nodes with preserved hila on both sides",
            "The carotid arteries are patent",
            "No collection",
        ),
        ("HP:0000853", "HP:0025388", "HP:0002716"),
    ),
    "leg Doppler": Study(
        "US DOPPLER LEGS",
        "Compression ultrasound from groin to calf.",
        (
            "The deep veins compress fully",
            "Normal flow with augmentation",
            "No popliteal cyst",
            "Calf veins partly seen",
            "Subcutaneous oedema at the ankle",
        ),
        ("HP:0002625", "HP:0004936"),
    ),
    "echocardiogram": Study(
        "ECHOCARDIOGRAM",
        "Transthoracic study, fair windows.",
        (
            "Normal left ventricular size",
            "Wall motion is normal",
            "The right heart is not dilated",
            "Valves open well",
            "The inferior vena cava collapses on inspiration",
        ),
        ("HP:0001712", "HP:0001653", "HP:0001650", "HP:0001698", "HP:0005180"),
    ),
}
"""Studies by name."""

USUAL: Mapping[str, tuple[str, ...]] = {
    "cardiology": ("echocardiogram", "chest radiograph"),
    "respiratory": ("chest radiograph", "CT thorax"),
    "neurology": ("CT head", "MRI spine"),
    "gastroenterology": ("ultrasound abdomen", "CT abdomen"),
    "nephrology": ("ultrasound abdomen", "CT abdomen"),
    "haematology": ("leg Doppler", "CT abdomen"),
    "endocrinology": ("ultrasound neck", "CT abdomen"),
    "musculoskeletal": ("limb radiograph", "MRI spine"),
    "dermatology": ("ultrasound neck", "chest radiograph"),
    "ophthalmology": ("CT head", "chest radiograph"),
}
"""Studies a specialty asks for more often than others do."""
