export { Client } from './client.ts';
export type { ClientOptions, OwnDevice, SentMessage, Verification } from './client.ts';
export { ApiError, CeremonyError, NetworkError } from './errors.ts';
export { supportsPlatformPasskeys, supportsWebAuthn } from './webauthn.ts';
export { followPush } from './push.ts';
export type { PushAnswer } from './push.ts';
export { followQrCode } from './qr-code.ts';
