// The four ways to give a value. Each dialog has an editor of its own, which is taken out of the
// document with what was typed.

import { by } from './dom.js';

const MAX_BYTES = 1 << 20;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A value that cannot be sent; the message says why. */
export class ValueError extends Error {}

export class ValueEditor {
  constructor(place) {
    this.place = place;
    place.replaceChildren(by('value-template').content.cloneNode(true));
    this.line = by('value-line');
    this.text = by('value-text');
    this.file = by('value-file');
    this.length = by('value-length');
    this.status = by('value-status');
    for (const radio of place.querySelectorAll('input[type=radio]')) {
      radio.addEventListener('change', () => this.choose(radio.value));
    }
    by('value-show').addEventListener('click', () => this.show(this.line.type === 'password'));
    this.line.addEventListener('paste', (event) => this.paste(event));
    this.file.addEventListener('change', () => this.describeFile());
  }

  get way() {
    return this.place.querySelector('input[type=radio]:checked').value;
  }

  /** Shows one way; the others keep what they hold, for one who chose the wrong one. */
  choose(way) {
    this.place.querySelector(`input[value=${way}]`).checked = true;
    for (const panel of this.place.querySelectorAll('[data-way]')) {
      panel.hidden = panel.dataset.way !== way;
    }
    this.status.textContent = '';
    this.show(false);
  }

  show(shown) {
    this.line.type = shown ? 'text' : 'password';
    const button = by('value-show');
    button.firstChild.textContent = shown ? 'Hide' : 'Show';
    button.setAttribute('aria-pressed', String(shown));
  }

  /** A field of one line would drop the line breaks of what is pasted, and say nothing. */
  paste(event) {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (!/[\r\n]/.test(pasted)) {
      return;
    }
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = this.line;
    const whole = value.slice(0, selectionStart) + pasted + value.slice(selectionEnd);
    this.choose('text');
    this.line.value = '';
    this.text.value = whole;
    this.text.focus();
    this.status.textContent = 'What you pasted has line breaks, so it is kept as several lines.';
  }

  describeFile() {
    const file = this.file.files[0];
    this.status.textContent = file === undefined ? '' : tooLarge(file.size) ?? `${file.size} bytes.`;
  }

  /**
   * Returns the part of a request that has the value. What cannot be sent is an error, and the
   * fields keep what they hold.
   */
  async read() {
    switch (this.way) {
      case 'line':
        return { value: checked(this.line) };
      case 'text':
        return { value: checked(this.text) };
      case 'file':
        return { valueBase64: await this.readFile() };
      default:
        return { value: random(Number(this.length.value)) };
    }
  }

  async readFile() {
    const file = this.file.files[0];
    if (file === undefined) {
      throw new ValueError('Choose a file.');
    }
    const problem = tooLarge(file.size);
    if (problem !== undefined) {
      throw new ValueError(problem);
    }
    let bytes;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      throw new ValueError('The file cannot be read. Was it changed or moved? Choose it again.');
    }
    try {
      return base64(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /** Puts the focus where a value is given. */
  focus() {
    this.place.querySelector('[data-way]:not([hidden])').querySelector('input, textarea, select')
        .focus();
  }

  clearFields() {
    this.line.value = '';
    this.text.value = '';
    this.file.value = '';
    this.status.textContent = '';
    this.show(false);
  }

  /** Empties the fields, and takes them out of the document. */
  remove() {
    this.clearFields();
    this.place.replaceChildren();
  }
}

function checked(field) {
  const text = field.value;
  if (text === '') {
    throw new ValueError('The value is missing.');
  }
  const bytes = new TextEncoder().encode(text);
  const size = bytes.length;
  bytes.fill(0);
  const problem = tooLarge(size);
  if (problem !== undefined) {
    throw new ValueError(problem);
  }
  return text;
}

function tooLarge(size) {
  return size > MAX_BYTES
    ? `A value has at most 1 MiB (${MAX_BYTES} bytes), and this one has ${size}.`
    : undefined;
}

function base64(bytes) {
  const parts = [];
  for (let i = 0; i < bytes.length; i += 0x6000) {
    parts.push(String.fromCharCode(...bytes.subarray(i, i + 0x6000)));
  }
  return btoa(parts.join(''));
}

/** Every letter is as likely as another: bytes that would favour some are drawn again. */
function random(length) {
  const fair = 256 - (256 % LETTERS.length);
  const bytes = new Uint8Array(64);
  let text = '';
  while (text.length < length) {
    crypto.getRandomValues(bytes);
    for (const byte of bytes) {
      if (byte < fair && text.length < length) {
        text += LETTERS[byte % LETTERS.length];
      }
    }
  }
  bytes.fill(0);
  return text;
}
