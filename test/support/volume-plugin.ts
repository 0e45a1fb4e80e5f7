import { chmodSync, cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execOk } from '../../src/sys/exec.js'
import { busyboxRootfs } from './busybox-image.js'

/**
 * A driver of volumes as anybody may write one, for the managed plugins of the tests: each volume is a memory file system that it
 * mounts below its propagated folder while somebody uses it, so that what a container sees proves that mounts come out of the plugin.
 * What it was asked stands in `/calls` of its root file system. `Opts` named `plain` makes a folder without a mount.
 */
const program = String.raw`
use strict; use warnings; use IO::Socket::UNIX;
$| = 1;
my $root = $ENV{ROOT} // '/mnt/volumes';
my $path = '/run/docker/plugins/folders.sock';
exit 7 if ($ENV{FAIL} // '') eq 'exit';
sleep 1000 if ($ENV{FAIL} // '') eq 'silent';
$SIG{TERM} = sub { print "asked to end\n"; exit 0 };
my %volumes; my %users;
if (open my $kept, '<', '/volumes') { while (<$kept>) { chomp; my ($n, $plain) = split / /; $volumes{$n} = $plain } }
sub keep { open my $out, '>', '/volumes'; print $out "$_ $volumes{$_}\n" for sort keys %volumes }
sub place { "$root/$_[0]" }
sub shown { my $n = shift; sprintf '{"Name":"%s","Mountpoint":"%s","Status":{"debug":"%s"}}', $n, place($n), $ENV{DEBUG} // '' }
unlink $path;
my $server = IO::Socket::UNIX->new(Type => SOCK_STREAM(), Local => $path, Listen => 10) or die "cannot listen: $!";
print "listening, debug $ENV{DEBUG}, arguments @ARGV\n";
while (my $client = $server->accept) {
  my $head = ''; my $length = 0; my $body = '';
  while (defined(my $line = <$client>)) { $head .= $line; $length = $1 if $line =~ /^content-length:\s*(\d+)/i; last if $line =~ /^\r?\n$/ }
  read $client, $body, $length if $length;
  my ($method) = $head =~ m{^POST /(\S+)};
  next unless defined $method;
  my ($name) = $body =~ /"Name":"([^"]*)"/; $name //= '';
  my ($id) = $body =~ /"ID":"([^"]*)"/; $id //= '';
  if (open my $calls, '>>', '/calls') { print $calls "$method $name\n" }
  my $answer = '{"Err":""}'; my $known = exists $volumes{$name};
  my $unknown = '{"Err":"no such volume"}';
  if ($method eq 'Plugin.Activate') { $answer = '{"Implements":["VolumeDriver"]}' }
  elsif ($method eq 'VolumeDriver.Capabilities') { $answer = '{"Capabilities":{"Scope":"local"}}' }
  elsif ($method eq 'VolumeDriver.Create') {
    if ($body =~ /"fail"/) { $answer = '{"Err":"the storage is full"}' }
    else { $volumes{$name} = $body =~ /"plain"/ ? 1 : 0; keep(); mkdir $root; mkdir place($name) }
  }
  elsif ($method eq 'VolumeDriver.Remove') { delete $volumes{$name}; keep(); rmdir place($name) }
  elsif ($method eq 'VolumeDriver.List') { $answer = '{"Volumes":[' . join(',', map { shown($_) } sort keys %volumes) . '],"Err":""}' }
  elsif ($method eq 'VolumeDriver.Get') { $answer = $known ? '{"Volume":' . shown($name) . ',"Err":""}' : $unknown }
  elsif ($method eq 'VolumeDriver.Path') { $answer = $known ? sprintf('{"Mountpoint":"%s","Err":""}', place($name)) : $unknown }
  elsif ($method eq 'VolumeDriver.Mount') {
    if (!$known) { $answer = $unknown }
    else {
      mkdir place($name);
      my $first = !%{$users{$name} // {}};
      if ($first && !$volumes{$name} && system('grep', '-q', ' ' . place($name) . ' ', '/proc/mounts') != 0) { system('mount', '-t', 'tmpfs', 'folders', place($name)) == 0 or $answer = '{"Err":"cannot mount"}' }
      $users{$name}{$id} = 1;
      $answer = sprintf '{"Mountpoint":"%s","Err":""}', place($name) if $answer eq '{"Err":""}';
    }
  }
  elsif ($method eq 'VolumeDriver.Unmount') {
    delete $users{$name}{$id};
    system('umount', place($name)) if !%{$users{$name}} && !$volumes{$name};
  }
  my $size = length $answer;
  print $client "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.plugins.v1.2+json\r\nContent-Length: $size\r\nConnection: close\r\n\r\n$answer";
  close $client;
}
`

/** The configuration of the driver; with other fields where they are given. */
export function volumePluginConfig(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    description: 'folders in memory',
    documentation: 'https://plugins.example/folders',
    entrypoint: ['/usr/bin/perl', '/folders.pl'],
    workdir: '/tmp',
    network: { type: 'host' },
    interface: { types: ['docker.volumedriver/1.0'], socket: 'folders.sock' },
    linux: { capabilities: ['CAP_SYS_ADMIN'], devices: [{ name: 'zero', path: '/dev/zero', settable: ['path'] }] },
    propagatedMount: '/mnt/volumes',
    mounts: [{ name: 'host', source: '/usr/share', destination: '/host', type: 'bind', options: ['rbind', 'ro'], settable: ['source'] }],
    env: [
      { name: 'DEBUG', description: 'more output', settable: ['value'], value: '0' },
      { name: 'FAIL', settable: ['value'], value: '' },
      { name: 'FIXED', value: 'yes' },
    ],
    args: { name: 'args', settable: ['value'], value: [] },
    ...over,
  }
}

/** Makes what `docker plugin create` takes: `config.json` and `rootfs` in a folder, from this machine's busybox and perl. */
export async function writeVolumePlugin(folder: string, config: Record<string, unknown> = volumePluginConfig()): Promise<void> {
  const rootfs = join(folder, 'rootfs')
  mkdirSync(rootfs, { recursive: true })
  const archive = join(folder, 'busybox.tar')
  writeFileSync(archive, await busyboxRootfs())
  await execOk('tar', ['-xf', archive, '-C', rootfs])
  await execOk('rm', [archive])
  const used = await execOk('perl', ['-e', String.raw`use IO::Socket::UNIX; use warnings; print "$^X\n"; print "$_\n" for values %INC; open F, "<", "/proc/self/maps"; while (<F>) { print "$1\n" if m{\s(/\S+\.so\S*)$} }`])
  const links = await execOk('ldd', ['/usr/bin/perl'])
  const files = [...used.trim().split('\n'), ...[...links.matchAll(/(\/\S+)\s+\(0x/g)].map((match) => match[1] as string)]
  for (const file of new Set(files)) {
    const target = join(rootfs, file)
    mkdirSync(dirname(target), { recursive: true })
    cpSync(realpathSync(file), target)
  }
  mkdirSync(join(rootfs, 'mnt'), { recursive: true })
  writeFileSync(join(rootfs, 'folders.pl'), program)
  chmodSync(join(rootfs, 'folders.pl'), 0o755)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
}
