/**
 * Draws avatars with their tags.
 *
 *   node avatars.mjs OUT FIRST COUNT free|aligned [SIZE]
 *
 * writes OUT.rgb (COUNT pictures, SIZE x SIZE RGB bytes) and OUT.tags (one JSON array of tags a line) for the
 * pictures FIRST .. FIRST + COUNT - 1. What a style may draw, and the words for it, are in styles/*.json.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createAvatar } from "@dicebear/core";
import { rgb } from "./pixels.mjs";
import { between, generator, jitter, pick } from "./random.mjs";

/** Context rows of the backbone: later tags are dropped. */
const MAX_TAGS = 16;
const NAMES = ["open-peeps", "pixel-art", "adventurer", "micah", "personas", "big-smile"];
const read = (name) => JSON.parse(readFileSync(new URL(`./styles/${name}.json`, import.meta.url), "utf8"));
const palettes = read("palettes");
const styles = await Promise.all(
  NAMES.map(async (name) => ({ ...read(name), art: await import(`@dicebear/${name}`) })),
);

function chooseStyle(random) {
  let left = random() * styles.reduce((sum, style) => sum + style.share, 0);
  return styles.find((style) => (left -= style.share) < 0) ?? styles[0];
}

/** Colours by palette: `words.hair` is the tag that stands for "$hair". */
function chooseColors(random, style) {
  const options = {};
  const words = {};
  for (const [option, palette] of Object.entries(style.colors)) {
    const [word, hex] = pick(random, Object.entries(palettes[palette]));
    options[option] = [jitter(random, hex, palette === "skin" ? 5 : 10)];
    words[palette] = word;
  }
  return { options, words };
}

function chooseParts(random, style) {
  const options = {};
  const tags = [];
  for (const part of style.parts) {
    const present = part.probability === undefined || random() < part.probability;
    if (part.probability !== undefined) options[`${part.option}Probability`] = present ? 100 : 0;
    if (!present) continue;
    const [value, words] = pick(random, Object.entries(part.values));
    options[part.option] = [value];
    tags.push(...words);
  }
  return { options, tags };
}

/** A third of the backgrounds have no tag; one in eight is a gradient. */
function chooseBackground(random) {
  const [word, hex] = pick(random, Object.entries(palettes.background));
  if (random() < 0.125) {
    const [, other] = pick(random, Object.entries(palettes.background));
    const options = {
      backgroundType: ["gradientLinear"],
      backgroundColor: [jitter(random, hex, 12), jitter(random, other, 12)],
      backgroundRotation: [Math.floor(random() * 360)],
    };
    return { options, tags: random() < 0.65 ? ["gradient-background"] : [] };
  }
  const tagged = random() < 0.65;
  return {
    options: { backgroundColor: [jitter(random, hex, tagged ? 10 : 28)] },
    tags: tagged ? [word] : [],
  };
}

/**
 * Free poses turn, scale and shift (busts less, and they stay on the lower edge); aligned ones only shift a little. Both
 * are mirrored half of the time.
 */
function choosePose(random, style, aligned) {
  const bust = style.colors.clothingColor !== undefined || style.colors.shirtColor !== undefined;
  const turn = Math.round(between(random, -1, 1) * (style.turn ?? (bust ? 4 : 6)));
  const flip = random() < 0.5;
  const facing = { left: ["left", "right"], right: ["right", "left"] }[style.facing];
  const tags = facing && random() < 0.7 ? [`facing-${facing[flip ? 1 : 0]}`] : [];
  const free = {
    rotate: (360 + turn) % 360,
    scale: Math.round(bust ? between(random, 100, 110) : between(random, 96, 110)),
    translateX: Math.round(between(random, -4, 4)),
    translateY: Math.round(bust ? between(random, 2, 5) : between(random, -3, 3)),
  };
  const still = {
    scale: bust ? 104 : 102,
    translateX: Math.round(between(random, -1.5, 1.5)),
    translateY: Math.round(between(random, -1.5, 1.5)) + (bust ? 3 : 0),
  };
  return { options: { flip, ...(aligned ? still : free) }, tags };
}

/** The whole description of picture `index`: DiceBear options and tags. */
export function describe(index, aligned) {
  const random = generator(0x9e3779b9 ^ Math.imul(index + 1, 0x85ebca6b));
  const style = chooseStyle(random);
  const colors = chooseColors(random, style);
  const parts = chooseParts(random, style);
  const background = chooseBackground(random);
  const pose = choosePose(random, style, aligned);
  const tags = [...style.tags, ...parts.tags, ...background.tags, ...pose.tags]
    .map((tag) => (tag.startsWith("$") ? colors.words[tag.slice(1)] : tag))
    .filter((tag, at, all) => tag && all.indexOf(tag) === at)
    .slice(0, MAX_TAGS);
  const options = { seed: String(index), ...style.fixed, ...colors.options, ...parts.options };
  return { style, tags, options: { ...options, ...background.options, ...pose.options } };
}

const [out, first, count, pose, size = "128"] = process.argv.slice(2);
const pictures = openSync(`${out}.rgb`, "w");
const words = openSync(`${out}.tags`, "w");
for (let index = Number(first); index < Number(first) + Number(count); index++) {
  const { style, tags, options } = describe(index, pose === "aligned");
  writeSync(pictures, rgb(createAvatar(style.art, options).toString(), Number(size)));
  writeSync(words, `${JSON.stringify(tags)}\n`);
}
closeSync(pictures);
closeSync(words);
