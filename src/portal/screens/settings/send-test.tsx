import { sendTestTexts } from '#portal-texts/methods.ts';
import { fill } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CallError } from '../../api/call.ts';
import type { TestMessagePlan, TestMessageResult } from '../../api/types.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Failure, Notice, Skeleton, Tag } from '../../kit/parts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { methodWords, spaced } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';

const outcomes = {
  taken: { tone: 'good', words: sendTestTexts.takenByTheProvider },
  accepted: { tone: 'good', words: sendTestTexts.credentialsAccepted },
  refused: { tone: 'bad', words: sendTestTexts.notSent },
  unknown: { tone: 'wait', words: sendTestTexts.noAnswer },
} as const;

/** Sends a message as users get it, with what is saved. */
export function SendTest({ method }: { readonly method: string }) {
  const { tenant, session, portal, may } = useScene();
  const [to, setTo] = useState<string>();
  const plan = useQuery({
    queryKey: [tenant.tenantId, 'method', method, 'test'],
    queryFn: ({ signal }) => portal<TestMessagePlan>('GET', `/test-messages/${method}`, undefined, signal),
  });
  const [result, setResult] = useState<TestMessageResult>();
  const sending = useChange(async (body: object) => {
    setResult(undefined);
    try {
      return await portal<TestMessageResult>('POST', '/test-messages', { verificationMethod: method, ...body });
    } catch (error) {
      // The limit is of these messages: the server says which.
      throw error instanceof CallError && error.code === 'too_many_requests'
        ? new CallError('invalid_request', error.status, error.message)
        : error;
    }
  }, setResult);
  if (plan.data === undefined) {
    return (
      <section className="Card" aria-label={sendTestTexts.sendATest}>
        <h2>{sendTestTexts.sendATest}</h2>
        {plan.error === null ? (
          <Skeleton lines={3} label={sendTestTexts.testLoading} />
        ) : (
          <Failure error={plan.error} title={sendTestTexts.testNotLoaded} retry={() => void plan.refetch()} />
        )}
      </section>
    );
  }
  const { sentTo, providers, missing } = plan.data;
  const isMail = sentTo === 'email';
  const given = to ?? (isMail ? session.email : '');
  const isFixed = !may('messages:test');
  return (
    <section className="Card" aria-label={sendTestTexts.sendATest}>
      <h2>{sendTestTexts.sendATest}</h2>
      {missing !== undefined ? (
        <Notice tone="wait">{missing}</Notice>
      ) : isFixed ? (
        <p className="Note">{sendTestTexts.notForYou}</p>
      ) : (
        <form
          className="Form"
          aria-label={fill(sendTestTexts.testOf, { method: methodWords(method) })}
          onSubmit={(event) => {
            event.preventDefault();
            sending.start(sentTo === 'nobody' ? {} : { [sentTo]: given.trim() });
          }}
        >
          <p className="Note">
            {sentTo === 'nobody' ? sendTestTexts.pushText : sendTestTexts.text}{' '}
            {fill(sendTestTexts.goesBy, { providers: providers.map(spaced).join(sendTestTexts.then) })}
          </p>
          {sentTo === 'nobody' ? null : (
            <Labelled
              label={isMail ? sendTestTexts.emailAddress : sendTestTexts.phoneNumber}
              {...(isMail ? {} : { note: sendTestTexts.phoneNote })}
            >
              {(ids) => (
                <input
                  {...ids}
                  className="Input"
                  type={isMail ? 'email' : 'tel'}
                  required
                  maxLength={320}
                  autoComplete="off"
                  value={given}
                  onChange={(event) => setTo(event.target.value)}
                />
              )}
            </Labelled>
          )}
          <div>
            <Button type="submit" isBusy={sending.isBusy}>
              {sentTo === 'nobody' ? sendTestTexts.askTheService : sendTestTexts.sendTheTest}
            </Button>
          </div>
        </form>
      )}
      <div role="alert">{sending.problem === undefined ? null : <Notice tone="bad">{sending.problem}</Notice>}</div>
      <div role="status">
        {result === undefined ? null : (
          <div className="Above">
            <Tag tone={outcomes[result.outcome].tone}>{outcomes[result.outcome].words}</Tag>
            <p>{result.description}</p>
            {result.heard.map((words, at) => (
              <p key={at} className="Note">
                {words}
              </p>
            ))}
            {result.messageId === undefined ? null : (
              <p className="Note">{fill(sendTestTexts.messageId, { messageId: result.messageId })}</p>
            )}
          </div>
        )}
      </div>
    </section>
  );
}
