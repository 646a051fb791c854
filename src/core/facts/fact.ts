import type { Unknown, Value } from '../rules/value.ts';

/**
 * What is known of a request and its user before a decision, as plain values. Null is missing; UNKNOWN should be known
 * but is broken.
 */
export interface FactInputs {
  readonly nowMs: number;
  /** IANA name. */
  readonly timeZone: string;
  readonly actionCode: string;
  readonly userId: string;
  /** `custom` of the track call; unknown before there was one. */
  readonly custom: Readonly<Record<string, Value>> | Unknown;
  /** Values stored on the user that replace those that the call did not send. */
  readonly inheritedCustom: Readonly<Record<string, Value>>;
  readonly user: {
    readonly email: string | null;
    readonly phoneNumber: string | null;
    /** What its numbering plan says of it; null if there is none, or it is in no plan. */
    readonly phoneNumberType: string | null;
    /** When the SIM behind it was last changed, from whoever looks that up; null if nobody does. */
    readonly simChangedAtMs: number | null;
    readonly custom: Readonly<Record<string, Value>>;
    readonly createdAtMs: number | null;
    /** Methods of the verified authenticators. */
    readonly enrolledMethods: readonly string[];
  };
  readonly address: {
    /** In its normal form; null if none was sent. */
    readonly text: string | null | Unknown;
    readonly countryCode: string | null | Unknown;
    readonly place: Place | null | Unknown;
    readonly city: string | null | Unknown;
    readonly asn: number | null | Unknown;
    readonly asOrganization: string | null | Unknown;
    readonly isAnonymous: boolean | null | Unknown;
    readonly isSanctionedCountry: boolean | null | Unknown;
    /** Whether the value list `ip-whitelist` contains it; null without an address or a list. */
    readonly isInWhitelist: boolean | null | Unknown;
  };
  readonly device: {
    readonly id: string | null;
    readonly browserName: string | null | Unknown;
    readonly osName: string | null | Unknown;
    readonly isMobile: boolean | null | Unknown;
    readonly isBot: boolean | null | Unknown;
  };
  readonly history: HistoryInputs;
}

/** A point on the earth, and whether it is a city or only the middle of a country. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly precision: 'city' | 'country';
  readonly countryCode: string | null;
}

/** A place where the user has verified before. */
export interface VerifiedPlace extends Place {
  readonly verifiedAtMs: number;
}

/** What was read of the past; each part only if a fact needs it. */
export interface HistoryInputs {
  /** Known: authenticated, and not invalidated since. */
  readonly devices?: {
    readonly isKnown: boolean;
    readonly knownCount: number;
    /** Until when this device is remembered; null if it is not, or was invalidated. */
    readonly rememberedUntilMs: number | null;
    /** When a cookie of one of the user's devices last turned out to be copied; null if never. */
    readonly theftAtMs: number | null;
  };
  readonly hasVerified?: boolean;
  /** When the hold of the user's last held authenticator ends; null if none was ever on hold. */
  readonly heldUntilMs?: number | null;
  /** When the user last said that an action was not theirs; null if never. */
  readonly deniedAtMs?: number | null;
  /** Whether the user has verified from this exact address. */
  readonly addressSeen?: boolean;
  /** Latest first. `isComplete` is false if there were more than were read. */
  readonly places?: {
    readonly verified: readonly VerifiedPlace[];
    /** When the user last verified at an unknown place: the address was unreadable or the data broken. */
    readonly nowhereAtMs: number | null;
    readonly isComplete: boolean;
  };
}

/** `attributes`: the user's own row. `held`, `denied`: {@link HistoryInputs.heldUntilMs} and {@link HistoryInputs.deniedAtMs}. */
export type HistoryPart = Exclude<keyof HistoryInputs, 'heldUntilMs' | 'deniedAtMs'> | 'attributes' | 'held' | 'denied';

/** One fact that conditions can name. */
export interface Fact {
  /** Dotted path in the fact document. A path that ends in `.*` matches every member below. */
  readonly path: string;
  readonly type: 'string' | 'number' | 'boolean' | 'array of strings' | 'any';
  readonly meaning: string;
  readonly madeFrom: string;
  /** When it is null. */
  readonly nullWhen: string;
  /** Whether only a track provides it: until then it is unknown. */
  readonly isOfTrack?: true;
  /** The part of the past that must be read for it. */
  readonly needs?: HistoryPart;
  /** For a path with `.*` the value is the whole object. */
  compute(inputs: FactInputs): Value;
}
