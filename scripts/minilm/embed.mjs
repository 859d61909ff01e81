/** Texts of a batch: like lengths together, so that little is padding. */
const BATCH = 64;

/**
 * Sentence embeddings as sentence-transformers makes them: the mean of last_hidden_state over the tokens, at unit length.
 * @param {{run: Function}} base an open minilm base
 * @param {object} ort onnxruntime
 * @param {number[][]} texts token ids of each text
 * @returns {Promise<Float32Array[]>} one vector of 384 a text, in the order given
 */
export async function embed(base, ort, texts, options = {}) {
  const order = texts.map((_, i) => i).sort((a, b) => texts[a].length - texts[b].length);
  const vectors = new Array(texts.length);
  for (let at = 0; at < order.length; at += BATCH) {
    const chosen = order.slice(at, at + BATCH);
    const made = await embedBatch(
      base,
      ort,
      chosen.map((i) => texts[i]),
      options,
    );
    chosen.forEach((i, row) => {
      vectors[i] = made[row];
    });
  }
  return vectors;
}

async function embedBatch(base, ort, texts, options) {
  const length = Math.max(...texts.map((ids) => ids.length));
  const size = [texts.length, length];
  const [ids, mask, types] = [0, 1, 2].map(() => new BigInt64Array(size[0] * size[1]));
  texts.forEach((text, row) => {
    text.forEach((id, column) => {
      ids[row * length + column] = BigInt(id);
      mask[row * length + column] = 1n;
    });
  });
  const tensor = (data) => new ort.Tensor("int64", data, size);
  const feeds = { input_ids: tensor(ids), attention_mask: tensor(mask), token_type_ids: tensor(types) };
  const { last_hidden_state: hidden } = await base.run("main", feeds, options);
  return texts.map((text, row) => mean(hidden, row, text.length));
}

/** Mean over the first `count` tokens of a row, at unit length. */
function mean({ data, dims: [, length, width] }, row, count) {
  const sum = new Float64Array(width);
  for (let token = 0; token < count; token++) {
    const from = (row * length + token) * width;
    for (let i = 0; i < width; i++) sum[i] += data[from + i];
  }
  const norm = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / norm);
}
