import { Refusal } from '../contract/errors.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { JudgedText } from '../core/pumping/judge-text.ts';
import type { Sql } from '../storage/sql.ts';

/** A text that is not sent. The sentence is the same for all reasons that an attacker could learn from. */
export class RefusedText extends Refusal {
  readonly text: JudgedText;
  /** Records it, once the transaction that was to create its challenge is undone. */
  readonly record: (sql: Sql) => Promise<void>;
  constructor(
    code: ErrorCode,
    description: string,
    retryAfterSeconds: number | undefined,
    text: JudgedText,
    record: (sql: Sql) => Promise<void>,
  ) {
    super(code, description, retryAfterSeconds);
    this.text = text;
    this.record = record;
  }
}
