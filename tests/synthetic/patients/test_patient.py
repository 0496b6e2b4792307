from wardspace.synthetic.course import NOTE_TYPES, course
from wardspace.synthetic.patients.patient import patient, suits


def test_a_patient_is_a_function_of_seed_and_number(known):
    assert patient(known, 7, 3) == patient(known, 7, 3)
    assert patient(known, 7, 3) != patient(known, 8, 3)
    assert patient(known, 7, 3).person.mrn != patient(known, 7, 4).person.mrn


def test_own_phenotypes_are_annotated_to_the_disease(known):
    for index in range(60):
        who = patient(known, 1, index)
        annotated = {term.hpo_id for term, _ in who.disease.phenotypes}
        own = {term.hpo_id for term in who.own}
        assert own and own <= annotated
        assert not own & {term.hpo_id for term in (*who.other, *who.conditions)}
        assert all(suits(term, who.person.sex) for term in (*who.other, *who.conditions))
        assert all(condition.hpo_id in drug.treats for drug, condition in who.treatments)
        assert own <= who.present
        assert 18 <= who.person.age(who.seen) <= 89


def test_phenotypes_follow_their_annotated_frequency(known):
    often = rare = 0
    for index in range(300):
        who = patient(known, 2, index)
        had = {term.hpo_id for term in who.own}
        for term, share in who.disease.phenotypes:
            if len(who.disease.phenotypes) > 9:
                continue
            often += share >= 0.9 and (1 if term.hpo_id in had else -1)
            rare += share <= 0.2 and (1 if term.hpo_id in had else -1)
    assert often > 0 > rare


def test_two_thousand_patients_have_more_than_six_thousand_notes(known):
    counts = [len(course(patient(known, 7, index), 7)) for index in range(400)]
    assert sum(counts) / 400 > 3.2  # more than six standard errors above three
    assert min(counts) >= 1


def test_the_course_goes_forward_in_time(known):
    types = set()
    for index in range(100):
        entries = course(patient(known, 3, index), 3)
        assert [entry.when for entry in entries] == sorted(entry.when for entry in entries)
        for entry in entries:
            types.add(entry.note_type)
            if entry.note_type == "referral":
                assert entry.when < entry.stay.admitted
            else:
                assert entry.when > entry.stay.admitted
    assert types == set(NOTE_TYPES)
