"""The cases of the three other routes: contests, evaluations, exams. Pure, as all of `rules`."""
