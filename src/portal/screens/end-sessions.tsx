import { endSessionsTexts } from '#portal-texts/end-sessions.ts';
import { counted, fill } from '../kit/fill.ts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowLeft, Users } from 'lucide-react';
import { useState } from 'react';
import { StepUpDeclined } from '../api/call.ts';
import type { SessionsPreview } from '../api/types.ts';
import { wordsOf } from '../api/words-of.ts';
import { Labelled } from '../kit/fields.tsx';
import { Button, Empty, Notice, PageHead } from '../kit/parts.tsx';
import { fromLocalInput, toLocalInput } from '../kit/times.ts';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

const sessionsMax = 10_000;

interface Filter {
  readonly userIds?: readonly string[];
  readonly clientId?: string;
  readonly createdBefore?: string;
}

/** Ends the sessions of many users at once, after a look at how many they are. */
export function EndSessions() {
  const { tenant, portal, may } = useScene();
  const [users, setUsers] = useState('');
  const [clientId, setClientId] = useState('');
  const [before, setBefore] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const ids = [...new Set(users.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
  const filter: Filter = {
    ...(ids.length === 0 ? {} : { userIds: ids }),
    ...(clientId.trim() === '' ? {} : { clientId: clientId.trim() }),
    ...(before === undefined ? {} : { createdBefore: before }),
  };
  const preview = useMutation({
    mutationFn: (asked: Filter) => portal<SessionsPreview>('POST', '/user-sessions/preview', asked),
    onError: (error) => setProblem(wordsOf(error)),
  });
  const end = useMutation({
    mutationFn: ({ asked, seen }: { readonly asked: Filter; readonly seen: SessionsPreview }) =>
      portal<{ sessions: number }>('POST', '/user-sessions/end', {
        ...asked,
        createdBefore: seen.createdBefore,
        sessions: seen.sessions,
      }),
    onSuccess({ sessions }) {
      preview.reset();
      tell(endSessionsTexts.sessionsEnded, counted(endSessionsTexts.endedText, sessions, { name: tenant.name }));
    },
    onError: (error) => (error instanceof StepUpDeclined ? undefined : setProblem(wordsOf(error))),
  });
  /** Whatever is changed makes what was counted void. */
  const changing =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      setProblem(undefined);
      preview.reset();
    };
  const { data: seen, variables: asked } = preview;
  const isTooMuch = seen !== undefined && (seen.sessions > sessionsMax || seen.isCutShort);

  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/users" params={{ tenantId: tenant.tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          {endSessionsTexts.users}
        </Link>
      </div>
      <PageHead title={endSessionsTexts.endSessions} />
      {may('sessions:end-many') ? (
        <form
          className="Form"
          onSubmit={(event) => {
            event.preventDefault();
            setProblem(undefined);
            preview.mutate(filter);
          }}
        >
          <p className="Faint">{fill(endSessionsTexts.text, { name: tenant.name })}</p>
          <Labelled label={endSessionsTexts.userIds} note={endSessionsTexts.userIdsNote}>
            {(labelled) => (
              <textarea
                {...labelled}
                className="Input"
                rows={6}
                spellCheck={false}
                value={users}
                onChange={(event) => changing(setUsers)(event.target.value)}
              />
            )}
          </Labelled>
          <div className="Columns">
            <Labelled label={endSessionsTexts.beganBefore} note={endSessionsTexts.beganBeforeNote}>
              {(labelled) => (
                <input
                  {...labelled}
                  className="Input"
                  type="datetime-local"
                  value={toLocalInput(before)}
                  onChange={(event) => changing(setBefore)(fromLocalInput(event.target.value))}
                />
              )}
            </Labelled>
            <Labelled label={endSessionsTexts.appClient} note={endSessionsTexts.appClientNote}>
              {(labelled) => (
                <input
                  {...labelled}
                  className="Input"
                  maxLength={256}
                  autoComplete="off"
                  spellCheck={false}
                  value={clientId}
                  onChange={(event) => changing(setClientId)(event.target.value)}
                />
              )}
            </Labelled>
          </div>
          <div className="Row">
            <Button type="submit" isBusy={preview.isPending}>
              {endSessionsTexts.countThem}
            </Button>
          </div>
          <div role="status">
            {seen === undefined ? null : isTooMuch ? (
              <Notice tone="bad">
                {seen.sessions > sessionsMax ? endSessionsTexts.tooMany : endSessionsTexts.tooManyToLookThrough}{' '}
                {endSessionsTexts.narrow}
              </Notice>
            ) : seen.sessions === 0 ? (
              <Notice tone="calm">{endSessionsTexts.noSessionFits}</Notice>
            ) : (
              <Notice tone="wait">
                {fill(endSessionsTexts.wouldEnd, {
                  sessions: counted(endSessionsTexts.sessions, seen.sessions),
                  users: counted(endSessionsTexts.ofUsers, seen.users),
                })}
              </Notice>
            )}
          </div>
          {problem === undefined ? null : (
            <div role="alert">
              <Notice tone="bad">{problem}</Notice>
            </div>
          )}
          {seen === undefined || asked === undefined || isTooMuch || seen.sessions === 0 ? null : (
            <div className="Row">
              <Button look="danger" isBusy={end.isPending} onClick={() => end.mutate({ asked, seen })}>
                {counted(endSessionsTexts.endThem, seen.sessions)}
              </Button>
            </div>
          )}
        </form>
      ) : (
        <Empty icon={<Users size={20} aria-hidden />} title={endSessionsTexts.notForYou}>
          <p>{endSessionsTexts.notForYouText}</p>
        </Empty>
      )}
    </div>
  );
}
