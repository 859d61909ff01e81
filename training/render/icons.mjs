/**
 * Draws emoji, for the autoencoder only (the backbone never sees them).
 *
 *   node icons.mjs OUT COUNT [SIZE]
 *
 * writes OUT.rgb: COUNT pictures of SIZE x SIZE RGB bytes, from two openly licensed sets, each on a random
 * background with a random scale and turn.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { rgb } from "./pixels.mjs";
import { between, generator, pick } from "./random.mjs";

const require = createRequire(import.meta.url);
const sets = ["fluent-emoji-flat", "twemoji"].map((name) => {
  const set = JSON.parse(readFileSync(require.resolve(`@iconify-json/${name}/icons.json`), "utf8"));
  return { ...set, names: Object.keys(set.icons).filter((icon) => !/flag-|skin-tone/.test(icon)) };
});

function draw(random) {
  const set = pick(random, sets);
  const icon = set.icons[pick(random, set.names)];
  const [width, height] = [icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16];
  const color = () => `hsl(${Math.floor(random() * 360)},${Math.floor(random() * 80)}%,${Math.floor(between(random, 12, 98))}%)`;
  const size = between(random, 0.7, 1.15);
  const turn = `rotate(${between(random, -20, 20).toFixed(1)} 50 50)`;
  const place = `translate(${50 - 50 * size} ${50 - 50 * size}) scale(${(100 * size) / width} ${(100 * size) / height})`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 100">
<rect width="100" height="100" fill="${color()}"/><g transform="${turn} ${place}">${icon.body}</g></svg>`;
}

const [out, count, size = "128"] = process.argv.slice(2);
const random = generator(20240607);
const pictures = openSync(`${out}.rgb`, "w");
for (let index = 0; index < Number(count); index++) writeSync(pictures, rgb(draw(random), Number(size)));
closeSync(pictures);
