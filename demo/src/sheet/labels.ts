import type { DemoPicture, DemoRow } from "../report.js";

/** What stands under a picture. */
export interface Label {
  readonly title: string;
  readonly detail: string;
}

/** Title and detail of a picture. */
export function pictureLabel(picture: DemoPicture): Label {
  switch (picture.how) {
    case "without":
      return { title: "Without", detail: "the base alone" };
    case "taken off":
      return { title: "Taken off again", detail: "same bytes as the first" };
    case "merged":
      return { title: "Merged", detail: `into int8, weight ${weightText(picture)}` };
    case "attached":
      return { title: `Weight ${weightText(picture)}`, detail: "attached" };
  }
}

/** What a picture shows, for people who can't see it. */
export function pictureAlt(row: DemoRow, picture: DemoPicture, peel: string): string {
  const asked = row.prompt === "" ? "an empty prompt" : `\u201c${row.prompt}\u201d`;
  const drawn = `Drawn for ${asked}, seed ${row.seed}`;
  switch (picture.how) {
    case "without":
      return `${drawn}, by the base alone.`;
    case "taken off":
      return `${drawn}, after ${peel} was taken off: the same picture as without it.`;
    default:
      return `${drawn}, with ${peel} ${picture.how} at weight ${weightText(picture)}.`;
  }
}

function weightText(picture: DemoPicture): string {
  return String(picture.weight ?? 0);
}
