/**
 * The names that kohya's scripts give to the modules of SDXL's U-Net: they train on Stability's own code
 * (sgm: input_blocks, middle_block, output_blocks), while a diffusers model says down_blocks, mid_block, up_blocks.
 * After kohya-ss/sd-scripts networks/lora_diffusers.py, make_unet_conversion_map. Checked against diffusers' own
 * conversion in packages/conformance/vectors/importer/names.
 */

/** Pairs of path prefixes: diffusers, sgm. */
const PREFIXES: readonly (readonly [string, string])[] = table();

/**
 * The sgm spelling of a diffusers path of SDXL's U-Net; undefined when it has none.
 * @param path dotted, without the component: down_blocks.1.attentions.0.proj_in
 */
export function sgmPath(path: string): string | undefined {
  for (const [diffusers, sgm] of PREFIXES)
    if (path === diffusers || path.startsWith(`${diffusers}.`)) return sgm + path.slice(diffusers.length);
  return undefined;
}

function table(): [string, string][] {
  const pairs: [string, string][] = [];
  const resnet = (diffusers: string, sgm: string) => {
    pairs.push(
      [`${diffusers}.conv1`, `${sgm}.in_layers.2`],
      [`${diffusers}.conv2`, `${sgm}.out_layers.3`],
      [`${diffusers}.time_emb_proj`, `${sgm}.emb_layers.1`],
      [`${diffusers}.conv_shortcut`, `${sgm}.skip_connection`],
    );
  };
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 2; j++) {
      resnet(`down_blocks.${i}.resnets.${j}`, `input_blocks.${3 * i + j + 1}.0`);
      pairs.push([`down_blocks.${i}.attentions.${j}`, `input_blocks.${3 * i + j + 1}.1`]);
    }
    for (let j = 0; j < 3; j++) {
      resnet(`up_blocks.${i}.resnets.${j}`, `output_blocks.${3 * i + j}.0`);
      pairs.push([`up_blocks.${i}.attentions.${j}`, `output_blocks.${3 * i + j}.1`]);
    }
    pairs.push(
      [`down_blocks.${i}.downsamplers.0.conv`, `input_blocks.${3 * (i + 1)}.0.op`],
      [`up_blocks.${i}.upsamplers.0`, `output_blocks.${3 * i + 2}.2`],
    );
  }
  resnet("mid_block.resnets.0", "middle_block.0");
  pairs.push(["mid_block.attentions.0", "middle_block.1"]);
  resnet("mid_block.resnets.1", "middle_block.2");
  for (let j = 0; j < 2; j++)
    pairs.push(
      [`time_embedding.linear_${j + 1}`, `time_embed.${2 * j}`],
      [`add_embedding.linear_${j + 1}`, `label_emb.0.${2 * j}`],
    );
  pairs.push(["conv_in", "input_blocks.0.0"], ["conv_out", "out.2"]);
  return pairs;
}
