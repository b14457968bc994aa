// What the server packs: a header of JSON, then blocks of zlib. See packing.py.

const held = new Map(); // places of the rows of a plane, by the digest of their content
const MOST_HELD = 8;
const waiting = new Map();
const GRID = 2 ** 20;

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(
    new DecompressionStream("deflate"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function headerOf(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return [JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))), 4 + length];
}

async function unpacked(bytes) {
  let [header, from] = headerOf(bytes);
  const parts = header.blocks.map((size) => bytes.subarray(from, (from += size)));
  return [header, await Promise.all(parts.map(inflated))];
}

// Every second bit of twenty, from the lowest on.
function compacted(bits) {
  bits &= 0x55555;
  bits = (bits | (bits >> 1)) & 0x33333;
  bits = (bits | (bits >> 2)) & 0x0f0f0f;
  bits = (bits | (bits >> 4)) & 0xff00ff;
  return (bits | (bits >> 8)) & 0xffff;
}

// Rows come along a curve that fills the plane, as steps between neighbours on it:
// those are small, and pack well.
function placesOf(header, planes) {
  const n = header.rows;
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  const [a, b, c, d, e] = planes;
  let key = 0;
  for (let i = 0; i < n; i++) {
    key += a[i] + b[i] * 0x100 + c[i] * 0x10000 + d[i] * 0x1000000 + e[i] * 0x100000000;
    const high = Math.floor(key / GRID);
    const low = key - high * GRID;
    x[i] = (compacted(high) << 10) | compacted(low);
    y[i] = (compacted(high >> 1) << 10) | compacted(low >> 1);
  }
  return { n, x, y, extent: header.extent };
}

export function hold(bytes) {
  if (held.has(headerOf(bytes)[0].id)) return;
  unpacked(bytes).then(([header, planes]) => {
    if (!held.has(header.id)) held.set(header.id, placesOf(header, planes));
    while (held.size > MOST_HELD) held.delete(held.keys().next().value);
    for (const tell of waiting.get(header.id) ?? []) tell(held.get(header.id));
    waiting.delete(header.id);
  });
}

function placesNamed(id) {
  const known = held.get(id);
  if (known) {
    held.delete(id); // the last used stays the longest
    held.set(id, known);
    return Promise.resolve(known);
  }
  return new Promise((tell) => waiting.set(id, [...(waiting.get(id) ?? []), tell]));
}

function bit(bits, i) {
  return (bits[i >> 3] >> (7 - (i & 7))) & 1;
}
