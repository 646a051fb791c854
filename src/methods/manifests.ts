/** Every method that has a folder, strongest first; recovery codes substitute for any other, so they are last. */
import { manifest as device } from './device/manifest.ts';
import { manifest as emailMagicLink } from './email-magic-link/manifest.ts';
import { manifest as emailOtp } from './email-otp/manifest.ts';
import type { MethodManifest, PageFlag } from './manifest.ts';
import { manifest as inApp } from './in-app/manifest.ts';
import { manifest as passkey } from './passkey/manifest.ts';
import { manifest as push } from './push/manifest.ts';
import { manifest as qrCode } from './qr-code/manifest.ts';
import { manifest as recoveryCode } from './recovery-code/manifest.ts';
import { manifest as securityKey } from './security-key/manifest.ts';
import { manifest as sms } from './sms/manifest.ts';
import { manifest as totp } from './totp/manifest.ts';
import { manifest as whatsapp } from './whatsapp/manifest.ts';

const listed = [
  passkey,
  securityKey,
  device,
  totp,
  push,
  qrCode,
  inApp,
  sms,
  whatsapp,
  emailOtp,
  emailMagicLink,
  recoveryCode,
] as const;

export const manifests: readonly MethodManifest[] = listed;

const byMethod: ReadonlyMap<string, MethodManifest> = new Map(
  manifests.map((manifest) => [manifest.verificationMethod, manifest]),
);

/** The manifest of a method; undefined for one that the wire format knows but that is not built here. */
export function manifestOf(verificationMethod: string): MethodManifest | undefined {
  return byMethod.get(verificationMethod);
}

type NamesOf<Manifest> = Manifest extends { readonly pageFlags: infer Flags } ? keyof Flags & string : never;
export type PageFlagName = NamesOf<(typeof listed)[number]>;

/** The flags of all methods, by their names in the pages' session. */
export const pageFlags = manifests.flatMap(({ verificationMethod, pageFlags: flags = {} }) =>
  Object.entries(flags).map(([name, flag]: [string, PageFlag]) => ({ verificationMethod, name, ...flag })),
) as readonly (PageFlag & Pick<MethodManifest, 'verificationMethod'> & { readonly name: PageFlagName })[];
