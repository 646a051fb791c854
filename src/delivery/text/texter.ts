import type { Carrier } from '../api-provider.ts';
import type { MessageAbout } from '../message-about.ts';

export type TextChannel = 'SMS' | 'WHATSAPP';

/** A message to one telephone number. */
export interface Text {
  readonly channel: TextChannel;
  /** In E.164 form. */
  readonly to: string;
  readonly body: string;
  /** The code in `body`, for providers that put it into an approved template of their own. */
  readonly code: string;
  readonly locale: string;
  /** The sender that the tenant chose for the country; absent where the provider chooses. */
  readonly from?: string | undefined;
  readonly about?: MessageAbout | undefined;
}

/** Passes texts to a provider. */
export type Texter = Carrier<Text>;
