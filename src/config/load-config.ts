import { readFileSync } from 'node:fs';
import { readConfig } from './config.ts';
import type { Config } from './config.ts';
import { describeSettings } from './describe-settings.ts';
import type { SettingDescription } from './describe-settings.ts';

// Only these functions read the environment.

/** @throws {ConfigMistakes} */
export function loadConfig(): Config {
  return readConfig(process.env, (path) => readFileSync(path, 'utf8'));
}

/** How settings are given, without their secrets. */
export function loadSettingDescriptions(): readonly SettingDescription[] {
  return describeSettings(process.env);
}
