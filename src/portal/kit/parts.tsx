/** What the screens are made of. */
import { partsTexts, commonTexts } from '#portal-texts/kit.ts';
import { fill, fillNodes } from './fill.ts';
import { Check, Copy, RotateCw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ComponentProps, ReactNode } from 'react';
import { CallError } from '../api/call.ts';
import type { ActionState } from '../api/types.ts';
import { clockTime, relativeTime, wholeTime } from './times.ts';
import { outcomeOf, states } from './words.ts';

export function Button({
  look = 'plain',
  isBusy = false,
  className = '',
  children,
  ...rest
}: ComponentProps<'button'> & {
  readonly look?: 'plain' | 'main' | 'quiet' | 'good' | 'danger';
  readonly isBusy?: boolean;
}) {
  return (
    <button
      type="button"
      {...rest}
      // Stays focused while it works, unlike a disabled one.
      aria-disabled={isBusy || rest['aria-disabled'] === true ? true : undefined}
      onClick={(event) => (isBusy ? event.preventDefault() : rest.onClick?.(event))}
      className={`Button Button-${look} ${className}`}
    >
      {children}
    </button>
  );
}

export function IconButton({ label, children, ...rest }: ComponentProps<'button'> & { readonly label: string }) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className="IconButton">
      {children}
    </button>
  );
}

export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="Keys" aria-hidden>
      {keys.split(' ').map((key, at) => (
        <kbd key={at}>{key}</kbd>
      ))}
    </span>
  );
}

export function StateBadge({ state }: { readonly state: ActionState }) {
  const { words, tone, isFilled } = states[state];
  return (
    <span className="Badge" data-tone={tone} data-filled={isFilled}>
      <i aria-hidden />
      {words}
    </span>
  );
}

export function OutcomeBadge({ outcome }: { readonly outcome: string }) {
  const { words, tone } = outcomeOf(outcome);
  return (
    <span className="Badge" data-tone={tone} data-filled="true">
      <i aria-hidden />
      {words}
    </span>
  );
}

export function Tag({ children, tone = 'calm' }: { readonly children: ReactNode; readonly tone?: string }) {
  return (
    <span className="Tag" data-tone={tone}>
      {children}
    </span>
  );
}

/** A time; all of it on hover. */
export function Time({ at, isRelative = false }: { readonly at: string; readonly isRelative?: boolean }) {
  return (
    <time className="Time" dateTime={at} title={wholeTime(at)}>
      {isRelative ? relativeTime(at) : clockTime(at)}
    </time>
  );
}

/** A value that is copied by a click; `label` says so. */
export function Copyable({ value, label }: { readonly value: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <span className="Copyable">
      <code>{value}</code>
      <button
        type="button"
        className="CopyButton"
        aria-label={label}
        title={label}
        onClick={() => {
          void navigator.clipboard.writeText(value).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 1_500);
          });
        }}
      >
        {isCopied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      </button>
      <span role="status" className="Hidden">
        {isCopied ? partsTexts.copied : ''}
      </span>
    </span>
  );
}

export function PageHead({
  title,
  count,
  children,
}: {
  readonly title: string;
  readonly count?: string | undefined;
  readonly children?: ReactNode;
}) {
  return (
    <header className="PageHead">
      <h1>
        {title} {count === undefined ? null : <span className="PageCount">{count}</span>}
      </h1>
      <div className="PageTools">{children}</div>
    </header>
  );
}

/** Says what would be here, and how it comes about. */
export function Empty({
  icon,
  title,
  isWholePage = false,
  children,
}: {
  readonly icon?: ReactNode;
  /** Whether the page has no other heading. */
  readonly isWholePage?: boolean;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="Empty">
      {icon === undefined ? null : <div className="EmptyIcon">{icon}</div>}
      {isWholePage ? <h1>{title}</h1> : <h2>{title}</h2>}
      <div className="EmptyText">{children}</div>
    </div>
  );
}

/** Says what to do about an error. */
export function Failure({
  error,
  retry,
  title,
  isWholePage = false,
}: {
  readonly error: unknown;
  readonly retry?: () => void;
  /** Says what did not load. */
  readonly title: string;
  readonly isWholePage?: boolean;
}) {
  const told = explain(error, title);
  const requestId = error instanceof CallError ? error.requestId : undefined;
  return (
    <div className="Empty" role="alert">
      <div className="EmptyIcon">
        <TriangleAlert size={20} aria-hidden />
      </div>
      {isWholePage ? <h1>{told.title}</h1> : <h2>{told.title}</h2>}
      <div className="EmptyText">
        <p>{told.text}</p>
        {requestId === undefined ? null : (
          <p>
            {fillNodes(partsTexts.requestId, {
              requestId: <Copyable value={requestId} label={partsTexts.copyRequestId} />,
            })}
          </p>
        )}
        {retry === undefined ? null : (
          <Button onClick={retry}>
            <RotateCw size={14} aria-hidden />
            {commonTexts.tryAgain}
          </Button>
        )}
      </div>
    </div>
  );
}

function explain(error: unknown, title: string): { readonly title: string; readonly text: string } {
  if (!(error instanceof CallError)) return { title, text: partsTexts.pageFault };
  switch (error.code) {
    case 'offline':
      return { title, text: partsTexts.offline };
    case 'forbidden':
      return { title: commonTexts.notForYou, text: partsTexts.forbiddenText };
    case 'not_found':
      return { title: partsTexts.notFound, text: partsTexts.notFoundText };
    case 'invalid_request':
      return { title, text: fill(partsTexts.changeFilter, { message: error.message }) };
    case 'too_many_requests':
    case 'unavailable':
      return {
        title,
        text:
          error.retryAfterSeconds === undefined
            ? partsTexts.busy
            : fill(partsTexts.busyFor, { seconds: error.retryAfterSeconds }),
      };
    default:
      return { title, text: partsTexts.serverFault };
  }
}

/** Where content will be, so that nothing jumps. */
export function Skeleton({ lines = 8, label }: { readonly lines?: number; readonly label: string }) {
  return (
    <div className="Skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        <i key={at} />
      ))}
    </div>
  );
}

export function Notice({ tone, children }: { readonly tone: 'wait' | 'bad' | 'calm'; readonly children: ReactNode }) {
  return (
    <div className="Notice" data-tone={tone}>
      {children}
    </div>
  );
}

/** A value of any kind on one line, as JSON unless it is text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? '';
}

/** Names and values. */
export function Facts({ of }: { readonly of: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="Facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
