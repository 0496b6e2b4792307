"""Classifiers over fixed features: functions of arrays that know nothing of notes."""
