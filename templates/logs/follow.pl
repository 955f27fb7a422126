# Prints the end of several logs, and what is added to them, until its own input ends: when whoever asked has gone,
# nothing stays on the host.
#   sudo -n perl - LINES BYTES FOLLOW NAME=PATH … < this, kept open
# Prints, separated by tabs: `zone +0000`; for each log `log NAME WRITTEN` (seconds since 1970) and its last lines,
# `old NAME LINE`; `ready NOW`; and, where FOLLOW is yes, `new NAME SECONDS LINE` as they come. It changes nothing.
# Perl is on every Ubuntu and Debian, without further modules than these: dpkg needs it.
use strict;
use warnings;
use POSIX ();

my ($most, $bytes, $follow, @named) = @ARGV;
my @logs = map { my ($name, $path) = split /=/, $_, 2; { name => $name, path => $path } } @named;
$| = 1;
print POSIX::strftime("zone\t%z\n", localtime);
print_last($_) for @logs;
print "ready\t", time, "\n";
exit if $follow ne 'yes';
while (!input_ended(0.1)) { print_new($_) for @logs }

sub print_last {
    my $log = shift;
    take_up($log) or return;
    my ($size, $written) = (stat $log->{file})[7, 9];
    print "log\t$log->{name}\t$written\n";
    my $from = $size > $bytes ? $size - $bytes : 0;
    sysseek $log->{file}, $from, 0;
    my @lines = added($log);
    shift @lines if $from > 0; # the end of a line that began before
    splice @lines, 0, @lines - $most if @lines > $most;
    print "old\t$log->{name}\t$_\n" for @lines;
}

sub print_new {
    my $log = shift;
    my @lines = $log->{file} ? added($log) : ();
    if (was_replaced($log)) { take_up($log); push @lines, added($log) }
    my $now = time;
    print "new\t$log->{name}\t$now\t$_\n" for @lines;
}

# Opens it from its beginning; false where it is not there.
sub take_up {
    my $log = shift;
    open my $file, '<', $log->{path} or return 0;
    @$log{qw(file rest)} = ($file, '');
    return 1;
}

# Whether another file has its name now, as after logrotate; one that was emptied is read from its start.
sub was_replaced {
    my $log = shift;
    my @there = stat $log->{path} or return 0;
    return 1 if !$log->{file};
    my @ours = stat $log->{file};
    return 1 if "@there[0, 1]" ne "@ours[0, 1]";
    return $ours[7] < sysseek $log->{file}, 0, 1;
}

# The whole lines that were added since the last time.
sub added {
    my $log = shift;
    1 while sysread $log->{file}, $log->{rest}, 65536, length $log->{rest};
    my @lines = split /\n/, $log->{rest}, -1;
    $log->{rest} = pop(@lines) // '';
    return @lines;
}

# Waits so many seconds, unless the input ends first.
sub input_ended {
    my $seconds = shift;
    my $ready = '';
    vec($ready, fileno(STDIN), 1) = 1;
    return select($ready, undef, undef, $seconds) > 0 && !sysread STDIN, my $ignored, 1024;
}
__END__
