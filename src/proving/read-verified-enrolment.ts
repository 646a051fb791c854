import { Refusal } from '../contract/errors.ts';
import type { VerifiedEnrolmentRequest } from '../contract/server/authenticators.ts';
import type { Enrolment, Method } from '../methods/method.ts';
import { methods } from '../methods/registry.ts';

/**
 * What a backend enrols, read by the method that the request names.
 * @throws {Refusal} naming the missing or wrong member
 */
export async function readVerifiedEnrolment(request: VerifiedEnrolmentRequest): Promise<{
  readonly method: Method;
  readonly enrolment: Enrolment;
}> {
  const method = methodOf(request);
  return { method, enrolment: await method.readVerifiedEnrolment(request) };
}

type EnrollableMethod = Method & Required<Pick<Method, 'readVerifiedEnrolment'>>;

function isEnrollable(method: Method): method is EnrollableMethod {
  return method.readVerifiedEnrolment !== undefined;
}

/** @throws {Refusal} `invalid_request` */
function methodOf(body: VerifiedEnrolmentRequest): EnrollableMethod {
  const name = body.verificationMethod ?? body.oobChannel;
  if (name === undefined) throw new Refusal('invalid_request', 'verificationMethod is required.');
  const method = methods.get(name);
  if (method === undefined || !isEnrollable(method)) {
    const names = [...methods.values()].filter(isEnrollable).map(({ verificationMethod }) => verificationMethod);
    throw new Refusal('invalid_request', `verificationMethod must be one of ${names.join(', ')}.`);
  }
  return method;
}
