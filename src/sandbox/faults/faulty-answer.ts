import { type Answer } from '../api/answer.js';
import { expiredToken, refusalOf, tooManyRequests } from '../api/refusal.js';
import { type SandboxSettings } from '../settings.js';
import { type Fault } from './fault.js';
import { pageAnswer } from './pages.js';

/** Returns the answer that replaces the API's own. Undefined if the fault doesn't replace it. */
export function answerInstead(
  fault: Fault | undefined,
  settings: SandboxSettings,
  origin: string,
  trackingId: string,
): Answer | undefined {
  const retryAfterSeconds = settings.burstRetryAfter;
  switch (fault) {
    case 'burst':
      return tooManyRequests(retryAfterSeconds).toAnswer(trackingId);
    case 'expired':
      return expiredToken().toAnswer(trackingId);
    case 'error':
      return refusalOf(settings.errorStatus, retryAfterSeconds).toAnswer(trackingId);
    case 'html':
      return pageAnswer(502, 'html', { origin, retryAfterSeconds });
    case 'page':
      return pageAnswer(settings.pageStatus, settings.pageType, { origin, retryAfterSeconds });
    case 'redirect':
      return { status: 302, headers: { Location: `${origin}/redirected` }, body: '' };
    default:
      return undefined;
  }
}

/** Returns the answer with the fault applied. Answers without a body stay as they are. */
export function damaged(
  answer: Answer,
  fault: Fault | undefined,
  { oversizeBytes, emptyStatus }: Pick<SandboxSettings, 'oversizeBytes' | 'emptyStatus'>,
): Answer {
  const { status, body } = answer;
  if (body === '') return answer;
  if (fault === 'truncate') return { ...answer, body: body.slice(0, body.length / 2) };
  if (fault === 'oversize') return { ...answer, body: body.padEnd(oversizeBytes) };
  if (fault === 'bom') return { ...answer, body: `\ufeff${body}` };
  if (fault === 'empty' && status === 200) return { ...answer, status: emptyStatus, body: '' };
  return answer;
}
