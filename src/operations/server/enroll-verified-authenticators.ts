import { describeIssues, parseWith } from '../../contract/describe-issues.ts';
import { Refusal } from '../../contract/errors.ts';
import { enrollVerifiedAuthenticators as route, verifiedPasskey } from '../../contract/server/authenticators.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import type { KeyRequest } from '../../calls/request.ts';
import { readVerifiedEnrolment } from '../../proving/read-verified-enrolment.ts';
import { recordVerifiedEnrolment } from '../../proving/record-verified-enrolment.ts';
import type { z } from 'zod';

type Failure = z.input<typeof route.reply.schema>['failures'][number];

/** One after another, each in its own transaction, so that a large batch uses only one connection. */
export const enrollVerifiedAuthenticators = operation(route, async (context, request) => {
  const { authenticators } = request.body;
  const failures: Failure[] = [];
  for (const item of authenticators) {
    const failure = await enrolOne(context, request, item);
    if (failure !== undefined) failures.push(failure);
  }
  const total = authenticators.length;
  return { total, succeeded: total - failures.length, failed: failures.length, failures };
});

async function enrolOne(
  context: Context,
  request: KeyRequest<typeof route>,
  item: unknown,
): Promise<Failure | undefined> {
  try {
    const parsed = parseWith(verifiedPasskey, item);
    if (!parsed.success) throw new Refusal('invalid_request', describeIssues(parsed.error));
    const { userId, ...given } = parsed.data;
    await recordVerifiedEnrolment(context, route, request, {
      userId,
      ...(await readVerifiedEnrolment(given)),
      isDefault: undefined,
      recoveryCodes: undefined,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...namesOf(item), errorCode: codeOf(error), errorDescription: error.message };
  }
}

/** The ids by which the caller recognises the item, as far as it has them. */
function namesOf(item: unknown): Pick<Failure, 'userId' | 'credentialId'> {
  const { userId, credentialId } = Object(item) as Readonly<Record<string, unknown>>;
  return {
    ...(typeof userId === 'string' ? { userId } : {}),
    ...(typeof credentialId === 'string' ? { credentialId } : {}),
  };
}

/** @throws the refusal, if it does not concern this item alone */
function codeOf(refusal: Refusal): Failure['errorCode'] {
  const { code } = refusal;
  if (code === 'invalid_request' || code === 'invalid_credential' || code === 'conflict') return code;
  throw refusal;
}
