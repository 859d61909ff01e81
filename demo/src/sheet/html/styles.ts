/** The page's style sheet: light and dark, from 320 px up, no font or file from elsewhere. */
export const STYLES = `
:root { color-scheme: light dark; --paper: #fffdf5; --card: #ffffff; --line: #e8e0c8; --ink: #211d12; --muted: #635c49; --banana: #ffd43b; --green: #24703a; }
@media (prefers-color-scheme: dark) { :root { --paper: #17150f; --card: #211e16; --line: #3b3628; --ink: #f6f0dd; --muted: #b5ac94; --green: #7bd492; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; border-top: 6px solid var(--banana); }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; }
header { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; justify-content: space-between; margin-bottom: 1.25rem; }
h1 { display: flex; align-items: center; gap: .75rem; margin: 0; font-size: clamp(1.6rem, 5vw, 2.25rem); line-height: 1.2; letter-spacing: -.01em; }
h1 svg { width: 1.35em; height: 1.35em; flex: none; }
h2 { margin: 3rem 0 1rem; font-size: 1.3rem; line-height: 1.3; }
p { margin: 0 0 1rem; max-width: 46rem; }
.lead { max-width: none; font-size: clamp(1.05rem, 2.5vw, 1.25rem); color: var(--muted); }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; overflow-wrap: anywhere; }
.command { background: #211d12; color: #ffd43b; border-radius: .6rem; padding: .55rem 1rem; font-size: clamp(.85rem, 3.6vw, 1.05rem); }
.prompt { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-bottom: 1rem; }
.muted { color: var(--muted); }
figure { margin: 0; }
figure img { display: block; width: 100%; height: auto; aspect-ratio: 1; border-radius: .7rem; border: 1px solid var(--line); background: var(--card); }
figcaption { padding-top: .5rem; line-height: 1.35; font-size: .95rem; }
figcaption strong { display: block; }
figcaption span { color: var(--muted); font-size: .88rem; }
.dial { display: grid; grid-template-columns: repeat(5, 1fr); gap: clamp(.5rem, 1.4vw, 1rem); }
.dial figcaption { text-align: center; }
.same span { color: var(--green); }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.25rem 2.5rem; align-items: center; }
.tiles { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; max-width: 26rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.5rem; }
.pair > div { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
.pair > p { margin: .5rem 0 0; font-size: .9rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; margin: 0; }
dl > div { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: .9rem 1rem; }
dt { font-weight: 650; }
dd { margin: .15rem 0 0; }
ol.steps { list-style: none; counter-reset: step; margin: 0; padding: 0; border-top: 1px solid var(--line); }
ol.steps > li { counter-increment: step; display: grid; grid-template-columns: 2rem 1fr auto; gap: 0 .75rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
ol.steps > li::before { content: counter(step); color: var(--muted); font-variant-numeric: tabular-nums; }
ol.steps time { font-variant-numeric: tabular-nums; color: var(--muted); white-space: nowrap; }
ol.steps ul { grid-column: 2 / -1; list-style: none; margin: .2rem 0 0; padding: 0; color: var(--muted); font-size: .9rem; }
ol.steps li li { overflow-wrap: anywhere; white-space: pre-wrap; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .7rem; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .8rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead tr:first-child th { border-top: 0; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 500; }
summary { cursor: pointer; padding: .5rem 0; font-weight: 600; }
:focus-visible { outline: 3px solid var(--banana); outline-offset: 2px; border-radius: .3rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .9rem; }
@media (max-width: 40rem) {
  .dial { grid-template-columns: repeat(6, 1fr); }
  .dial figure { grid-column: span 2; }
  .dial figure:first-child, .dial figure:last-child { grid-column: span 3; }
  .dial figure:last-child { order: -1; }
  .dial figure:first-child { order: -2; }
}
`;
