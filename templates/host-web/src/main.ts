import { isBananaError, type Lockfile, openBase, openImage, openPeel } from "banana-sdk/web";

// onnxruntime's own worker keeps the page responsive. It starts from the file that onnxruntime is in, which therefore
// must be a file of its own: `import()` makes it one.
const ort = await import("onnxruntime-web/wasm");
ort.env.wasm.proxy = true;

// public/ is a Banana Peel project: `banana-peel add -C public NAME` writes its files, and the page fetches them.
const project: { bases?: string[]; peels?: Record<string, string> } = await fetchJson("/banana.json");

const form = find("form", HTMLFormElement);
const toggle = find('input[name="peels"]', HTMLInputElement);
const canvas = find("canvas", HTMLCanvasElement);
const status = find('[role="status"]', HTMLElement);

async function start(): Promise<() => Promise<void>> {
  const [folder] = project.bases ?? [];
  if (folder === undefined)
    throw new Error(
      "no base yet: copy one into public/, then npx banana-peel base add -C public public/NAME",
    );
  const base = await openBase(`${folder.replace(/^\.\//, "/")}/`, { ort });
  const names = Object.keys(project.peels ?? {});
  const lock: Lockfile | undefined = names.length > 0 ? await fetchJson("/banana.lock") : undefined;
  const peels = await Promise.all(
    names.map((name) => openPeel(`/peels/${name}/`, base, lock === undefined ? {} : { lock })),
  );
  const model = await openImage(base);
  return async () => {
    const uses = toggle.checked
      ? peels.map((peel) => ({ peel, weight: peel.entry.weight?.default ?? 1 }))
      : [];
    await base.setPeels(uses);
    const prompt = String(new FormData(form).get("prompt") ?? "");
    const { pixels, width, height, tags, ms } = await model.generate({ prompt, seed: 7 });
    Object.assign(canvas, { width, height });
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
    status.textContent = `${uses.length} peels; ${tags.join(", ") || "no tags"}; ${Math.round(ms)} ms`;
  };
}

let last: Promise<void> = Promise.resolve();

/** Works go one after the other, so that each draws with the peels that it put in force. */
function show(work: () => Promise<void>): Promise<void> {
  last = last.then(() => shown(work));
  return last;
}

async function shown(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const hint = isBananaError(error) ? ` ${error.hint ?? ""}` : "";
    status.textContent = `failed: ${error instanceof Error ? error.message : String(error)}${hint}`;
  }
}

async function fetchJson<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

function find<T extends Element>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`no ${selector} in the page`);
  return found;
}

await show(async () => {
  const draw = await start();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void show(draw);
  });
  toggle.addEventListener("change", () => void show(draw));
  await draw();
});
