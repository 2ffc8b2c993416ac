import { z } from 'zod';
import { optional, setting } from './documented.js';
import { amount, duration } from './values.js';

/** Settings that bound what one operation, request or client may cost. */
export const limitSettings = {
  FIELD_LIMIT: setting(
    'Limits',
    '100',
    amount('uses'),
    'Uses of one field under one parent, aliases and fragments included.',
  ),
  LOOKUP_LIMIT: setting(
    'Limits',
    '250',
    amount('uses'),
    'Uses of `Query.taskStatus`, and `ids` of a subscription.',
  ),
  DEPTH_LIMIT: setting(
    'Limits',
    '20',
    amount('levels'),
    'Levels of an operation. The standard introspection query has 15.',
  ),
  TOKEN_LIMIT: setting('Limits', '15000', amount('tokens'), 'Lexer tokens of an operation’s text.'),
  DIRECTIVE_LIMIT: setting('Limits', '50', amount('directives'), 'Directives of an operation.'),
  VALUE_LIMIT: setting(
    'Limits',
    '2000000',
    amount('values'),
    'Values that an answer would hold if all its pages were full. A variable counts as a page of 250.',
  ),
  ENTITY_LIMIT: setting('Limits', '250', amount('entities'), 'Representations of one `_entities`.'),
  ERROR_LIMIT: setting('Limits', '10', amount('errors'), 'Errors listed for an operation that is not valid.'),
  BODY_LIMIT: setting('Limits', '1048576', amount('bytes'), 'Bytes of a request’s body.'),
  BATCH_LIMIT: setting(
    'Limits',
    '0',
    z
      .string()
      .regex(/^\d{1,2}$/, 'a number of operations from 0 (no batches) to 99')
      .transform(Number),
    'Operations in one HTTP request, as an array. `0` refuses arrays.',
  ),
  CONNECTION_LIMIT: setting(
    'Limits',
    '12500',
    amount('connections'),
    'Connections held open. Others are closed.',
  ),
  STREAM_LIMIT: optional(
    'Limits',
    'four fifths of `CONNECTION_LIMIT`',
    amount('streams'),
    'Subscriptions held open. The other connections are left to queries and health checks.',
    '10000',
  ),
  STREAM_LIMIT_PER_PRINCIPAL: setting(
    'Limits',
    '1000',
    amount('streams'),
    'Subscriptions held open for one access token. No limit with `SAIL_CREDENTIALS=service`.',
  ),
  REQUEST_TIMEOUT: setting(
    'Limits',
    '10s',
    duration,
    'How long a request may take to arrive, head and body.',
  ),
  LAG_LIMIT: setting(
    'Limits',
    '1s',
    duration,
    'How late the event loop may be before operations are refused with `OVERLOADED`.',
  ),
};
