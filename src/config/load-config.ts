import { readFileSync } from 'node:fs';
import { readConfig } from './config.ts';
import type { Config } from './config.ts';

/** The only reader of the environment. @throws {ConfigMistakes} */
export function loadConfig(): Config {
  return readConfig(process.env, (path) => readFileSync(path, 'utf8'));
}
