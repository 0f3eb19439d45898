'use strict';
{
  const table = document.getElementById('operations-table');
  if (table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, column) => {
      const cell = row.cells[column];
      const number = cell.querySelector('data');
      if (number) return Number(number.value);
      return cell.querySelector('.na') ? null : cell.textContent.trim();
    };
    const compare = (a, b) =>
      typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const numeric = head.classList.contains('right');
        const now = head.getAttribute('aria-sort');
        const down = now ? now === 'ascending' : numeric;
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const rows = [...body.rows].map((row) => [key(row, column), row]);
        // What is absent comes last, whichever way the rest goes.
        rows.sort(([a], [b]) =>
          a === null || b === null ? (a === null) - (b === null) : (down ? -1 : 1) * compare(a, b));
        body.append(...rows.map(([, row]) => row));
      });
    });
    const wanted = document.getElementById('wanted');
    const found = document.getElementById('found');
    const filter = () => {
      const words = wanted.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of body.rows) {
        const text = `${row.cells[1].textContent} ${row.cells[2].textContent}`.toLocaleLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      found.textContent = words.length ? `${shown} of ${body.rows.length}` : '';
    };
    wanted.addEventListener('input', filter);
    document.getElementById('filter').hidden = false;
  }
  // A link from the table unfolds what it leads to.
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener('hashchange', unfold);
  unfold();
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')];
    folded.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => folded.forEach((details) => { details.open = false; }));
}
