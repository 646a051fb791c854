import type { VerificationMethod } from '../contract/values.ts';
import type { Assurance } from '../core/rules/rule-set.ts';

/** A setting of the method that its pages depend on. They get it as it is stored: false if it is not set. */
export interface PageFlag {
  /** Its name in the management API. */
  readonly setting: string;
  /** Its meaning, for the API reference. */
  readonly meaning: string;
}

/**
 * What can be said about a verification method without running it. Every list of methods is derived from the manifests.
 * Pure data: the contract, the server and the pages' build read it, so it imports only types.
 */
export interface MethodManifest {
  readonly verificationMethod: VerificationMethod;
  /** What operators call it, in English. Users read the texts of its pages. */
  readonly words: string;
  /** The assurance of a proof (ruling 10); `verified` if the device of its key has verified its user. */
  readonly assurance: { readonly plain: Assurance; readonly verified: Assurance };
  /**
   * How many a user has: one, several keys, or a set of codes that substitute for any other method and so never count alone.
   */
  readonly perUser: 'one' | 'several' | 'set';
  /** How its messages are sent; absent for a method that sends nothing. */
  readonly channel?: 'email' | 'phoneNumber' | 'push';
  /** The setting that names the provider of its messages. */
  readonly providerSetting?: 'emailProvider' | 'smsProvider' | 'whatsAppProvider' | 'pushProvider';
  /** Whether a new tenant has it enabled: methods that work without a message provider (ruling 7). */
  readonly isOnAtFirst?: true;
  /** Whether the client API enrols and proves it, so that pages offer it: it has a `page.tsx`. */
  readonly isOffered?: true;
  /** Whether apps enrol it, by a key of theirs (client-api 6.2). */
  readonly isEnrolledByApps?: true;
  /** Whether the server API sends its codes: `POST /v1/challenge`. */
  readonly isSentByBackends?: true;
  /** Whether the server API enrols what the backend has verified: its check reads such an enrolment. */
  readonly isEnrolledByBackends?: true;
  /**
   * Whether a user who signed in with a recovery code may enrol another one, which replaces theirs after a wait
   * (ruling 41).
   */
  readonly isSucceeded?: true;
  readonly pageFlags?: Readonly<Record<string, PageFlag>>;
  /** Its settings that not every method has, as the management API names them, but for those of {@link providerSetting}. */
  readonly ownSettings?: readonly string[];
  /** How operators set it up, step by step, in English. */
  readonly setUp?: readonly string[];
}
