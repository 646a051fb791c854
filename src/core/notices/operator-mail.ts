import type { MailTopic } from './mail-topics.ts';

/** What the people who run a tenant are told by mail. In English, like the rest of what operators read. */
export interface OperatorMail {
  readonly heading: string;
  readonly description: string;
  /** Labels with their closing punctuation, and values: a time is told in the tenant's time zone. */
  readonly facts: readonly (readonly [label: string, value: string | { readonly atMs: number }])[];
  readonly advice: string;
  /** Where in the tenant's part of the portal it is; a path with its slash, or nothing for the first page. */
  readonly place?: { readonly path: string; readonly label: string };
}

/** An operator's mail on its way to one address. */
export interface AddressedOperatorMail {
  readonly to: string;
  readonly mail: OperatorMail;
  /** Absent for an address that the tenant has set. */
  readonly reader?: { readonly operatorId: string; readonly topic: MailTopic };
}
