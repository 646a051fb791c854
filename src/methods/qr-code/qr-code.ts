import { appMethod } from '../app-keys.ts';
import { manifest } from './manifest.ts';

/** An app that scans codes from another screen. */
export const qrCode = appMethod(manifest, 'qr-code');
