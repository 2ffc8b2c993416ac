import { type Answer } from '../api/answer.js';
import { expiredToken, refusalOf, tooManyRequests } from '../api/refusal.js';
import { type SandboxSettings } from '../settings.js';
import { type Fault } from './fault.js';

const html =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
  '<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/** The answer that takes the place of the API's own, or undefined when the fault leaves that to be made. */
export function answerInstead(
  fault: Fault | undefined,
  settings: SandboxSettings,
  origin: string,
  trackingId: string,
): Answer | undefined {
  switch (fault) {
    case 'burst':
      return tooManyRequests(settings.burstRetryAfter).toAnswer(trackingId);
    case 'expired':
      return expiredToken().toAnswer(trackingId);
    case 'error':
      return refusalOf(settings.errorStatus, settings.burstRetryAfter).toAnswer(trackingId);
    case 'html':
      return { status: 502, headers: { 'Content-Type': 'text/html' }, body: html };
    case 'redirect':
      return { status: 302, headers: { Location: `${origin}/redirected` }, body: '' };
    default:
      return undefined;
  }
}

/** The API's answer as the fault leaves it. */
export function damaged(answer: Answer, fault: Fault | undefined, oversizeBytes: number): Answer {
  if (answer.body === '') return answer;
  if (fault === 'truncate') return { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
  if (fault === 'oversize') return { ...answer, body: answer.body.padEnd(oversizeBytes) };
  return answer;
}
