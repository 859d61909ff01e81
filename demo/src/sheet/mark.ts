/** The mark of Banana Peel as SVG, in a box of 100 by 100. */
export function bananaPaths(): string {
  return '<path d="M14 22 C16 66 48 96 92 84 C97 82 97 75 92 74 C64 70 42 52 32 17 L28 6 C26 2 18 3 18 8 Z" fill="#ffd43b" stroke="#211d12" stroke-width="5" stroke-linejoin="round"/><path d="M24 26 C32 58 54 77 84 80" fill="none" stroke="#e0a800" stroke-width="5" stroke-linecap="round"/>';
}

/** The mark as an image of its own; decorative, so hidden from screen readers. */
export function banana(): string {
  return `<svg viewBox="0 0 100 100" aria-hidden="true">${bananaPaths()}</svg>`;
}
