// Bundles GraphiQL and everything it needs into ../../assets/graphiql.
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, '..', '..', 'assets', 'graphiql');

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: { graphiql: 'src/main.js' },
  outdir: out,
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2020', 'chrome100', 'firefox100', 'safari15'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  // Some packages carry both CommonJS and ES builds; one copy of graphql is enough.
  alias: { graphql: join(root, 'node_modules', 'graphql', 'index.mjs') },
  metafile: true,
  logLevel: 'warning',
});

await copyFile(join(root, 'src', 'index.html'), join(out, 'index.html'));
await writeFile(join(out, 'LICENSES.txt'), await licences(Object.keys(result.metafile.inputs)));

// The server sends these as they are: no time is spent on compressing them at every visit.
for (const name of ['graphiql.css', 'graphiql.js']) {
  const content = await readFile(join(out, name));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(join(out, `${name}.br`), brotliCompressSync(content, { params: quality }));
  await writeFile(join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
}

for (const name of (await readdir(out)).sort()) {
  console.log(`${name}\t${(await stat(join(out, name))).size}`);
}

/** The licence text of every package that ended up in the bundle, and of the fonts. */
async function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) folders.add(match[1]);
  }

  // Packages with the very same licence text share one entry.
  const entries = new Map();
  const add = (title, text) => {
    const key = text.replace(/\r/g, '').trim();
    entries.set(key, [...(entries.get(key) ?? []), title]);
  };
  for (const folder of [...folders].sort()) {
    const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
    const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
    const files = (await readdir(join(root, folder))).filter((f) => /^(licen[cs]e|copying)/i.test(f));
    if (files.length > 0) {
      add(title, await readFile(join(root, folder, files[0]), 'utf8'));
    } else {
      const author = typeof manifest.author === 'object' ? manifest.author.name : manifest.author;
      const holder = (author ?? '').replace(/\s*[<(].*$/, '') || 'the authors of the package';
      if (manifest.license !== 'MIT') throw new Error(`no licence text for ${title}`);
      add(title, mit(holder));
    }
  }
  for (const font of (await readdir(join(root, 'licenses'))).sort()) {
    add(`Font: ${font.replace(/\.txt$/, '')}`, await readFile(join(root, 'licenses', font), 'utf8'));
  }

  const line = '-'.repeat(78);
  const parts = [...entries].map(([text, titles]) => `${line}\n${titles.join('\n')}\n${line}\n\n${text}\n`);
  return `Software and fonts bundled in graphiql.js and graphiql.css\n\n${parts.join('\n')}`;
}

/** For the few packages that declare the MIT licence without carrying its text. */
function mit(holder) {
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
}
