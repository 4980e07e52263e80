// Copies the pinned browser files and their licences into the repository, with a hash for each.
// Usage: npm ci && node vendor.mjs
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const target = join(root, "static", "vendor");
const tests = join(root, "tests", "journeys", "vendor");

const FONT_SUBSETS = ["latin", "latin-ext", "cyrillic", "greek", "vietnamese"];
const PACKAGES = [
  { npm: "bootstrap", name: "bootstrap", take: { "dist/css/bootstrap.min.css": "bootstrap.min.css" } },
  {
    npm: "@fontsource-variable/inter",
    name: "inter",
    take: Object.fromEntries(FONT_SUBSETS.map((s) => [`files/inter-${s}-opsz-normal.woff2`, `inter-${s}.woff2`])),
  },
  { npm: "bootstrap-icons", name: "bootstrap-icons", sprite: true, take: {} },
  { npm: "axe-core", name: "axe-core", into: tests, take: { "axe.min.js": "axe.min.js" } },
];

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// The maps are not shipped; a hashing static storage would refuse a reference to a missing file.
const withoutMap = (text) => text.replace(/\n?\/[*/]# sourceMappingURL=.*?(\*\/)?\s*$/, "\n");

function sprite(source) {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean).sort();
  const symbols = names.map((name) => {
    const svg = readFileSync(join(source, "icons", `${name}.svg`), "utf8");
    const inner = svg.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

function copy({ npm, name, take, into, sprite: makeSprite }) {
  const source = join(here, "node_modules", npm);
  const { version, license } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const folder = into ?? join(target, `${name}-${version}`);
  mkdirSync(folder, { recursive: true });
  for (const [from, to] of Object.entries(take)) {
    if (/\.(css|js)$/.test(to)) {
      writeFileSync(join(folder, to), withoutMap(readFileSync(join(source, from), "utf8")));
    } else {
      cpSync(join(source, from), join(folder, to));
    }
  }
  if (makeSprite) writeFileSync(join(folder, "sprite.svg"), sprite(source));
  const licence = readdirSync(source).find((file) => /^licen[cs]e/i.test(file));
  cpSync(join(source, licence), join(folder, "LICENSE"));
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => !file.startsWith("MANIFEST"))
      .sort()
      .map((file) => [relative(root, join(folder, file)), sha256(readFileSync(join(folder, file)))]),
  );
  return { name, version, licence: license, files };
}

rmSync(target, { recursive: true, force: true });
rmSync(tests, { recursive: true, force: true });
const manifest = PACKAGES.map(copy);
writeFileSync(join(target, "MANIFEST.json"), JSON.stringify(manifest, null, 2) + "\n");
