import { appMethod } from '../app-keys.ts';
import { manifest } from './manifest.ts';

/** An app that is asked by push messages. */
export const push = appMethod(manifest, 'push');
