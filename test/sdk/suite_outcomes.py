"""A pytest plugin: one line of JSON per test and phase worth telling, into the file that SUITE_OUTCOMES names."""
import json
import os

OUT = os.environ['SUITE_OUTCOMES']  # Tests change the environment.


def pytest_runtest_logreport(report):
    if report.when != 'call' and report.passed:
        return
    reason = report.longreprtext.strip().splitlines()[-1:] if report.failed else []
    if report.skipped:
        reason = [str(report.longrepr[-1]) if isinstance(report.longrepr, tuple) else 'expected to fail']
    line = {'name': report.nodeid, 'outcome': report.outcome, 'phase': report.when,
            'seconds': round(report.duration, 2), 'reason': ''.join(reason)}
    crash = getattr(report.longrepr, 'reprcrash', None)
    if crash is not None:
        line['reason'] = crash.message.strip()[:600]
    with open(OUT, 'a', encoding='utf-8') as out:
        out.write(json.dumps(line) + '\n')
