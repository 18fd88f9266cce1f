// What all parts of the page need of the document. Text goes in as text, never as markup.

export const by = (id) => document.getElementById(id);

/** Makes an element. Properties are set as properties, those with a dash or "role" as attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-') || key === 'role' || key === 'scope') {
      element.setAttribute(key, value);
    } else {
      element[key] = value;
    }
  }
  element.append(...children);
  return element;
}

export const unseen = (text) => make('span', { className: 'unseen' }, text);

/** A row of a table; a label of a cell is shown where the table is too narrow for its head. */
export function row(cells, properties = {}) {
  return make('tr', { role: 'row', ...properties }, ...cells);
}

export function cell(label, ...children) {
  return make('td', { role: 'cell', 'data-label': label }, ...children);
}

export function rowHead(...children) {
  return make('th', { role: 'rowheader', scope: 'row' }, ...children);
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const MINUTE = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const SECOND = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** A moment in the reader's zone, and as it was told in a tooltip. */
export function time(text, exact = false) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    return make('span', {}, String(text));
  }
  return make('time', { dateTime: text, title: text }, make('span', {}, DAY.format(date)), ' ',
      make('span', {}, (exact ? SECOND : MINUTE).format(date)));
}

export function plural(count, one, many = one + 's') {
  return `${count} ${count === 1 ? one : many}`;
}

/** Tells the reader what came of an action, outside dialogs; the other of the two is emptied. */
export function tell(text) {
  by('problem').textContent = '';
  by('outcome').textContent = text;
}

export function tellProblem(text) {
  by('outcome').textContent = '';
  by('problem').textContent = text;
}

/** What is to be done when an open dialog is closed. */
const endings = new Map();

/** Opens a dialog and calls back when it is closed, however that happens. */
export function open(dialog, closed) {
  endings.set(dialog, closed);
  dialog.showModal();
}

/** Closes a dialog. Its own event would come later, and fields are to be empty now. */
export function close(dialog) {
  const closed = endings.get(dialog);
  endings.delete(dialog);
  dialog.close();
  closed?.();
}

for (const dialog of document.querySelectorAll('dialog')) {
  dialog.addEventListener('close', () => {
    if (!dialog.open) {
      close(dialog);
    }
  });
  dialog.querySelector('[data-close]')?.addEventListener('click', () => close(dialog));
}

/** Shows a failure in a dialog, or on the page where the dialog has been closed meanwhile. */
export function fail(dialog, place, text) {
  if (dialog.open) {
    place.textContent = text;
  } else {
    tellProblem(text);
  }
}

/** Replaces rows, and keeps the focus on the control that has the same key before and after. */
export function replaceRows(body, rows, otherwise) {
  const focused = document.activeElement;
  const key = body.contains(focused) ? focused.dataset.key : undefined;
  body.replaceChildren(...rows);
  if (key !== undefined) {
    const same = [...body.querySelectorAll('[data-key]')].find((e) => e.dataset.key === key);
    (same ?? otherwise).focus();
  }
}

/** A button that copies a text and says that it has. */
export function copyButton(text, of, key) {
  const label = make('span', {}, 'Copy');
  const button = make('button', { type: 'button', className: 'copy', 'data-key': key }, label,
      unseen(` the line for ${of}`));
  let timer;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = 'Copied';
      tell(`Copied: ${text}`);
      clearTimeout(timer);
      timer = setTimeout(() => { label.textContent = 'Copy'; }, 2000);
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      tellProblem('The browser does not let the page copy. The line is selected: copy it by hand.');
    }
  });
  return button;
}
