#!/usr/bin/env python3
"""The HTML view in a real browser: python3 tests/browser/check.py PSS [--screenshots FOLDER]

PSS is the program. Needs Chromium (apt-get install chromium) and nothing else. Writes reports of samples/checkout and of a trace with hostile names, opens each
in light and dark, wide and as narrow as a phone, with and without scripts, and exits 1 when one of the checks fails.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import chromium

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 300_000
HOSTILE = [
    "<script>window.pwned = 1</script>",
    "\"><img src=x onerror=\"window.pwned = 1\">",
    "' onmouseover='window.pwned = 1' x='",
    "</title></style></script><svg onload=window.pwned=1>",
    "&lt;b&gt; &amp;amp; {{ 7 * 7 }} {% raw %} ${7*7}",
    "\u202egnp.exe\u2066 \u0627\u0644\u0645\u062a\u062c\u0631",
    "line\nbreak\ttab\u2028separator\u0007",
    "x" * 10_000,
    "- --><!--<![CDATA[",
    "\U0001f680 \u0301\u0301\u0301 emoji",
]

failures = []


def check(what, holds, shown=""):
    print(("ok    " if holds else "FAILED") + " " + what + (f": {shown}" if not holds else ""))
    if not holds:
        failures.append(what)


def hostile_trace():
    """Spans whose names would do harm where one is not escaped, slow and failing in one window."""
    lines = []
    for i in range(4000):
        name = HOSTILE[i % len(HOSTILE)]
        slow = 8 if 1500 < i < 1900 else 1
        lines.append(json.dumps({
            "name": name, "service": HOSTILE[(i // 7) % 4], "duration": slow * (0.01 + 0.002 * (i * 7919 % 13)),
            "timestamp": 1_760_000_000 + i * 0.05, "error": 1500 < i < 1900 and i % 3 == 0,
            name[:40]: 1,
        }))
    lines += ["{broken " + name for name in HOSTILE]
    return "\n".join(lines)


def burst_trace():
    """A steady run in which some minutes are not."""
    lines = []
    for i in range(30_000):
        wild = 11_000 < i < 13_000 or 21_000 < i < 22_000
        spread = (i * 7919 % 101) / 101
        lines.append(json.dumps({
            "name": f"GET /{'abc'[i % 3]}", "service": "shop", "kind": "server",
            "duration": 0.02 * (40 ** spread if wild else 1 + 0.2 * spread),
            "timestamp": 1_760_000_000 + i * 0.05, "error": wild and i % 5 == 0,
        }))
    return "\n".join(lines)


def signals_trace():
    """The same with what is measured beside it: two processes, one of which leaks and is restarted; pauses; lags; a device."""
    start = 1_760_000_000
    lines = [burst_trace()]

    def sample(second, **metadata):
        lines.append(json.dumps({"system_metric": True, "timestamp": start + second, "metadata": metadata}))

    cpu = delay = offset = 0
    for second in range(1500):
        wild = 550 < second < 650 or 1050 < second < 1100
        wave = math.sin(second / 40) + 0.6 * math.sin(second / 7) + 0.3 * (second * 7919 % 97) / 97
        leak = (second % 900) * 260_000
        sample(second, process="api", memory_rss=int(410e6 + leak + 6e6 * wave))
        sample(second, process="<b>worker</b>", memory_rss=int(230e6 + 9e6 * wave + (130e6 if wild else 0)))
        sample(second, process="api", lag=0.002 + 0.001 * (second % 5) + (0.12 if wild and second % 3 == 0 else 0))
        if second % 23 == 0 or (wild and second % 4 == 0):
            sample(second, process="api", gc_pause_duration=0.015 + 0.01 * (second % 3) + (0.2 if wild else 0))
        cpu += 0.6 + 0.2 * wave + (0.9 if wild else 0)
        delay += 0.01 + (0.3 if wild else 0)
        sample(second, process="api", on_cpu=cpu, run_delay=delay)
        offset += int(300 + 60 * wave - (250 if wild else 0))
        for partition in range(4):
            sample(second, group="billing", topic="orders", partition=str(partition),
                   kafka_lag=int(20 + 8 * wave + (second - 550) * 4 * partition * (550 < second < 800)), committed_offset=offset)
        if second % 5 == 0:
            sample(second, device="0", gpu_memory_used=int(31e9 + 2e9 * wave), gpu_memory_total=80_000_000_000,
                   gpu_utilization=88 + 4 * wave - (70 if wild else 0))
    return "\n".join(lines)


def many_trace():
    """More operations with long names than a page holds."""
    return "\n".join(
        json.dumps({"name": f"GET /{word}/{'abcdefgh'[i % 8]}{'ijklmnop'[i // 8 % 8]}{'qrstuvwx'[i // 64 % 8]}/" + "long" * 30,
                    "service": "shop", "duration": 0.01 + i % 7 * 0.001, "timestamp": 1_760_000_000 + i})
        for word in ("carts", "orders", "users", "stock") for i in range(512) for _ in range(2))


def report(pss, folder, name, *arguments):
    path = folder / f"{name}.html"
    subprocess.run([pss, "analyze", *arguments, "--quiet", "--export", f"html={path}"], cwd=ROOT, check=False)
    return path


SORTED = """(() => {
  const table = document.getElementById('operations-table');
  const values = (column) => [...table.tBodies[0].rows].map((row) => {
    const cell = row.cells[column], number = cell.querySelector('data');
    return number ? Number(number.value) : cell.querySelector('.na') ? null : cell.textContent.trim();
  });
  const faults = [];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    for (const way of ['first', 'second']) {
      head.querySelector('button').click();
      const down = head.getAttribute('aria-sort') === 'descending';
      const all = values(column).filter((value) => value !== null);
      const good = all.every((value, at) => at === 0 || (typeof value === 'number'
        ? (down ? all[at - 1] >= value : all[at - 1] <= value)
        : (down ? -1 : 1) * all[at - 1].localeCompare(value) <= 0));
      if (!good) faults.push(`${head.textContent} ${way}`);
      if (table.querySelectorAll('[aria-sort]').length !== 1) faults.push(`${head.textContent} aria-sort`);
    }
  });
  return faults.join(', ');
})()"""

FILTERED = """(() => {
  const field = document.getElementById('wanted');
  const shown = () => [...document.getElementById('operations-table').tBodies[0].rows].filter((row) => !row.hidden);
  const type = (text) => { field.value = text; field.dispatchEvent(new Event('input')); return shown(); };
  const all = shown().length;
  const some = type('%s');
  const right = some.length > 0 && some.length < all
    && some.every((row) => row.textContent.toLowerCase().includes('%s'.toLowerCase()));
  const said = document.getElementById('found').textContent;
  const none = type('no such operation').length;
  return right && said === `${some.length} of ${all}` && none === 0 && type('').length === all;
})()"""

# Lanes, marks in them, marks of the score, and how far drawings leave their lanes in pixels: above and to the sides, and below.
SIGNALS = """(() => {
  const lanes = [...document.querySelectorAll('.lane svg')];
  const over = lanes.flatMap((lane) => {
    const box = lane.getBoundingClientRect();
    return [...lane.querySelectorAll('path')].map((path) => path.getBoundingClientRect())
      .map((inner) => [Math.min(inner.left - box.left, inner.top - box.top) + 4, Math.max(inner.right - box.right, inner.bottom - box.bottom) - 4]);
  });
  return [lanes.length, document.querySelectorAll('.lane .badwindow').length, document.querySelectorAll('.plot .badwindow').length,
    Math.min(...over.map(([low]) => low)), Math.max(...over.map(([, high]) => high))];
})()"""


ACCESSIBLE = """(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (document.documentElement.lang !== 'en') faults.push('no language');
  if (all('h1').length !== 1) faults.push('not one h1');
  if (all('main').length !== 1 || all('header').length !== 1 || all('nav[aria-label]').length !== 1 || all('footer').length !== 1) faults.push('landmarks');
  all('th').forEach((cell) => { if (!cell.scope) faults.push(`th ${cell.textContent}`); });
  all('svg').forEach((svg) => {
    if (svg.getAttribute('aria-hidden') !== 'true' && !(svg.getAttribute('role') === 'img' && svg.getAttribute('aria-label'))) faults.push('svg');
  });
  all('section').forEach((section) => {
    if (!document.getElementById(section.getAttribute('aria-labelledby'))) faults.push(`section ${section.id}`);
  });
  all('input').forEach((input) => { if (!input.labels.length) faults.push('input'); });
  let level = 0;
  all('h1, h2, h3').forEach((heading) => {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) faults.push(`heading ${heading.textContent}`);
    level = now;
  });
  all('[style], [onclick], iframe, img, link, object, embed').forEach((element) => faults.push(element.tagName));
  const ids = all('[id]').map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push('ids');
  all('a[href]').forEach((link) => { if (!document.querySelector(link.getAttribute('href'))) faults.push(link.href); });
  return faults.join(', ');
})()"""


# Contrast of every text against what lies behind it, by WCAG's formula.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('script, style, .unseen, [hidden], .skip')) continue;
    for (let at = element; at; at = at.parentElement) {
      if (getComputedStyle(at).opacity < 1) faults.add(`${at.className.baseVal ?? at.className}|${at.tagName} is seen through`);
    }
    const style = getComputedStyle(element);
    const colour = element.closest('text') ? style.fill : style.color;
    const [a, b] = [light(channels(colour)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) faults.add(`${element.className.baseVal ?? element.className}|${element.tagName} ${ratio.toFixed(2)}`);
  }
  return [...faults].join(', ');
})()"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pss", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path, help="folder for pictures of each page")
    arguments = parser.parse_args()
    path = chromium.find()
    if path is None:
        sys.exit("no Chromium: apt-get install chromium")
    pss = arguments.pss.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "hostile.jsonl").write_text(hostile_trace(), encoding="utf-8")
        (folder / "burst.jsonl").write_text(burst_trace(), encoding="utf-8")
        (folder / "signals.jsonl").write_text(signals_trace(), encoding="utf-8")
        (folder / "many.jsonl").write_text(many_trace(), encoding="utf-8")
        (folder / "few.jsonl").write_text('{"name": "only", "duration": 0.5}\n', encoding="utf-8")
        pages = {
            "checkout": report(pss, folder, "checkout", "samples/checkout/traces.jsonl", "--top", "30"),
            "hostile": report(pss, folder, "hostile", str(folder / "hostile.jsonl"), "--top", "50", "--fail-under", "99"),
            "burst": report(pss, folder, "burst", str(folder / "burst.jsonl")),
            "signals": report(pss, folder, "signals", str(folder / "signals.jsonl")),
            "many": report(pss, folder, "many", str(folder / "many.jsonl"), "--top", "10000"),
            "few": report(pss, folder, "few", str(folder / "few.jsonl")),
            "pypss": report(pss, folder, "pypss", "samples/checkout/traces.jsonl", "--profile", "pypss"),
        }
        browser = chromium.Chromium(path)
        try:
            for name, page in pages.items():
                size = page.stat().st_size
                check(f"{name}: {size} bytes, at most {LIMIT}", size <= LIMIT)
                look(browser, name, page, arguments.screenshots)
            for name, word in (("checkout", "payment"), ("hostile", "script")):
                browser.open(pages[name])
                faults = browser.evaluate(SORTED)
                check(f"{name}: every column sorts both ways", faults == "", faults)
                browser.open(pages[name])
                check(f"{name}: filtering shows what it should", browser.evaluate(FILTERED % (word, word)) is True)
                check(f"{name}: quiet after all that", browser.complaints() == [], browser.complaints())
            hostile(browser, pages["hostile"])
            browser.open(pages["many"])
            shown, told = browser.evaluate(
                "[document.getElementById('operations-table').tBodies[0].rows.length, document.querySelector('#operations .lead').textContent]")
            check("many: what is left out is told", f"The {shown} " in told and "are left out to keep this page small" in told, told)
            browser.open(pages["signals"])
            lanes, marked, bad, low, high = browser.evaluate(SIGNALS)
            check("signals: a lane each, drawn within its bounds", lanes >= 8 and low >= -1 and high <= 1, (lanes, low, high))
            check("signals: every lane marks the bad windows", bad > 0 and marked == lanes * bad, (lanes, marked, bad))
            browser.open(pages["burst"])
            marked, said = browser.evaluate(
                "[document.querySelectorAll('.badwindow').length, [...document.querySelectorAll('#timeline tbody tr')]"
                ".filter((row) => row.textContent.includes('bad')).length]")
            check("burst: bad windows are marked, as many as the table says", marked == said > 0, (marked, said))
        finally:
            browser.close()
    sys.exit(1 if failures else 0)


def look(browser, name, page, pictures):
    for shape, width, scheme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 375, "light"), ("phone-dark", 375, "dark")):
        browser.open(page, width=width, scheme=scheme)
        check(f"{name}, {shape}: no complaint, nothing loaded", browser.complaints() == [], browser.complaints())
        wide = browser.evaluate("document.documentElement.scrollWidth")
        check(f"{name}, {shape}: nothing is wider than the window", wide <= width, wide)
        faults = browser.evaluate(CONTRAST)
        check(f"{name}, {shape}: every text has a contrast of 4.5", faults == "", faults)
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
            browser.screenshot(pictures / f"{name}-{shape}.png")
    faults = browser.evaluate(ACCESSIBLE)
    check(f"{name}: landmarks, headings, labels", faults == "", faults)
    # What the page says without its script: dumped as text, for a page that may run none answers no questions either.
    browser.open(page, scripts=False)
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    text = browser.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]
    # What only a script can do is not offered; a report without operations has nothing to filter.
    inert = ('id="filter" hidden' in text) == ('id="operations-table"' in text) and "<button" not in text
    check(f"{name}: readable without scripts", "Program Stability Score" in text and inert)


def hostile(browser, page):
    browser.open(page)
    check("hostile: no name ran", browser.evaluate("window.pwned === undefined"))
    check("hostile: no name became an element", browser.evaluate(
        "document.querySelectorAll('script').length === 1 && document.querySelectorAll('img, b, foreignObject svg').length === 0"))
    text = browser.evaluate("document.body.textContent")
    check("hostile: names are shown as they are", all(part in text for part in ("<script>window.pwned = 1</script>", "{{ 7 * 7 }}", "&lt;b&gt;")))
    check("hostile: nothing turns the text around", not any(mark in text for mark in "\u202e\u2066\u2028\u0007"))
    check("hostile: a name without end is cut", "x" * 300 not in text and "x" * 200 in text)
    ran = browser.evaluate("""(() => { const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s);
      const i = new Image(); i.src = 'https://example.org/x.png'; document.body.append(i); return window.pwned === undefined })()""")
    check("hostile: the policy stops what would come through", ran)


if __name__ == "__main__":
    main()
