/** Text as Markdown shows it: <words> are not read as HTML. */
export function plain(text) {
  return text.replaceAll("<", "\\<");
}
