import { appMethod } from '../app-keys.ts';
import { manifest } from './manifest.ts';

/** An app that verifies its own user. */
export const inApp = appMethod(manifest, 'in-app');
