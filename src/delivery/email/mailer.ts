import type { MessageAbout } from '../message-about.ts';

/** A message to one address, as text and as HTML. */
export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Identifies a message that is sent again as the same one (RFC 5322 §3.6.4); generated if absent. */
  readonly messageId?: string;
  readonly locale?: string;
  /** The code in it, for providers that put it into a template of the tenant's. */
  readonly code?: string;
  /** What is confirmed by it, in the tenant's own words, for such templates. */
  readonly message?: string | undefined;
  /** The link in it. */
  readonly url?: string;
  readonly about?: MessageAbout | undefined;
}

/** Passes messages to a provider; every provider implements this. */
export interface Mailer {
  /**
   * Resolves when the message was accepted for delivery. Tenants that share a server take turns.
   * @throws {DeliveryFailed} within five seconds otherwise
   */
  send(email: Email, tenantId: string, msMax?: number): Promise<unknown>;
  /** Closes connections once the messages being sent are done. */
  close(): void;
}
