import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const OUT = "../src/millrace/console";

/** Every text file also compressed, so that the server never has to. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && /\.(html|js|css|svg|json|txt)$/.test(entry.name)) {
          const path = join(entry.parentPath, entry.name);
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), compressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        // Few files: a browser has six connections to one server, and every screen is made of the same parts.
        codeSplitting: {
          // What a group needs goes with it, so what others need, too, comes first.
          groups: [
            {
              name: "react",
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/]/,
              priority: 4,
            },
            { name: "aws", test: /node_modules[\\/]@(aws-sdk|smithy|aws-crypto)/, priority: 4 },
            { name: "parts", test: /@cloudscape-design(?!.*chart)/, priority: 3 },
            { name: "charts", test: /@cloudscape-design|node_modules[\\/]d3-/, priority: 2 },
            { name: "editor", test: /node_modules[\\/]@(codemirror|lezer|marijn)/, priority: 2 },
          ],
        },
      },
    },
  },
  experimental: {
    // The page is the server's root, its files are beside millrace's own API: relative, so that any prefix will do.
    renderBuiltUrl: (filename, { hostType }) =>
      hostType === "html" ? `./_millrace/console/${filename}` : { relative: true },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test-setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
