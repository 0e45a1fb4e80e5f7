/** Names of facilities, in the order of their numbers: RFC 5424, table 1, with the names that syslog(3) has. */
const facilities = [
  'kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', '', '', '', '',
  'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7',
]
const facilityDaemon = 3
const severityError = 3
const severityInfo = 6

/** The empty one is the older BSD format with a local time, as Docker's driver writes it to local sockets. */
export const syslogFormats = ['', 'rfc3164', 'rfc5424', 'rfc5424micro'] as const
export type SyslogFormat = (typeof syslogFormats)[number]

/** A facility by name or number; `daemon` when none is named, undefined when there is none of that name. */
export function facilityNumber(text: string): number | undefined {
  if (text === '') return facilityDaemon
  const named = facilities.indexOf(text)
  if (named >= 0) return named
  return /^\d+$/.test(text) && Number(text) < facilities.length ? Number(text) : undefined
}

export interface SyslogFields {
  facility: number
  stream: 'stdout' | 'stderr'
  timeMs: number
  /** The time with nine digits, in UTC. */
  timeText: string
  hostname: string
  tag: string
  pid: number
  text: string
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** One message without framing. Standard error is of the severity `err`, the rest `info`, as Docker has it. */
export function syslogMessage(format: SyslogFormat, fields: SyslogFields): string {
  const priority = fields.facility * 8 + (fields.stream === 'stderr' ? severityError : severityInfo)
  const { hostname, tag, pid, text } = fields
  switch (format) {
    case 'rfc5424':
      return `<${priority}>1 ${fields.timeText.slice(0, 19)}Z ${hostname} ${tag} ${pid} ${tag} - ${text}`
    case 'rfc5424micro':
      return `<${priority}>1 ${fields.timeText.slice(0, 26)}Z ${hostname} ${tag} ${pid} ${tag} - ${text}`
    case 'rfc3164':
      return `<${priority}>${bsdTime(fields.timeMs)} ${hostname} ${tag}[${pid}]: ${text}`
    case '':
      return `<${priority}>${bsdTime(fields.timeMs)} ${tag}[${pid}]: ${text}`
  }
}

/** `Nov 22 02:10:27`, local time: RFC 3164, section 4.1.2. */
function bsdTime(timeMs: number): string {
  const at = new Date(timeMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${months[at.getMonth()] ?? ''} ${String(at.getDate()).padStart(2, ' ')} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}
