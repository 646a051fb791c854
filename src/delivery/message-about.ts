/** What a message is about. A tenant's own endpoint is told (server-api 8.4); other providers are not. */
export interface MessageAbout {
  readonly verificationMethod: string;
  readonly userId?: string | undefined;
  readonly actionCode?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}
