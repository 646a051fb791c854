/** The system's Chromium for tests that look at pages. Where it is missing it is installed, which takes root on Debian. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const candidates = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Starts a browser. Close it when the tests are over; one serves a whole file, with a context for each journey. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await findChromium(),
    args: [
      // Containers have neither the name spaces for the sandbox nor a large /dev/shm.
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--force-color-profile=srgb',
    ],
  });
}

/** The path of a Chromium. @throws with what to do if there is none and none can be installed */
async function findChromium(): Promise<string> {
  const given = process.env['TEST_CHROMIUM'];
  if (given !== undefined) return given;
  const found = installedChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    await once(join(tmpdir(), 'sallyport-chromium-install'), () => {
      if (installedChromium() !== undefined) return;
      const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
      execFileSync('apt-get', ['update'], quiet);
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-core'], quiet);
    });
    const installed = installedChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'The tests of the pages need Chromium. Install it (apt-get install chromium), or name one in TEST_CHROMIUM.',
  );
}

function installedChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  return candidates.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Test files run side by side, and apt serves one at a time. */
async function once(lock: string, work: () => void): Promise<void> {
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const ageMs = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (ageMs > 600_000) rmSync(lock, { recursive: true, force: true });
      await wait(500);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
