# Counts the connections that are asked for, before any firewall of this host sees them:
#   sudo -n perl - SECONDS PORT … < this
# Prints one line a port and source: `arrived PORT SOURCE COUNT`, and `end`. Perl is on every Ubuntu and Debian (dpkg needs
# it); tcpdump may not be. It changes nothing: no rule, no counter.
use strict;
use warnings;
use constant { PF_PACKET => 17, SOCK_DGRAM => 2, EVERY_PROTOCOL => 0x0300, OUTGOING => 4, TCP => 6, SYN => 0x02, ACK => 0x10 };

my ($seconds, @ports) = @ARGV;
my %wanted = map { $_ => 1 } @ports;
my %count;
$| = 1;
socket(my $tap, PF_PACKET, SOCK_DGRAM, EVERY_PROTOCOL) or die "no view of the packets: $!\n";
my $end = time + $seconds;
while ((my $left = $end - time) > 0) {
    my $ready = '';
    vec($ready, fileno($tap), 1) = 1;
    select($ready, undef, undef, $left) or next;
    my $from = recv($tap, my $packet, 200, 0);
    next if !defined $from || (unpack 'x10 C', $from) == OUTGOING;
    my ($source, $tcp) = asked($packet) or next;
    my ($port, $flags) = unpack 'x2 n x9 C', $tcp;
    next if !$wanted{$port} || !($flags & SYN) || $flags & ACK || $source =~ /^127\./;
    $count{"$port\t$source"}++;
}
print "arrived\t$_\t$count{$_}\n" for sort keys %count;
print "end\n";

# The source and the TCP segment of a packet of IPv4 or IPv6; nothing where it is something else.
sub asked {
    my ($packet) = @_;
    return if length $packet < 40;
    my $first = ord $packet;
    if ($first >> 4 == 4) {
        return if ord(substr $packet, 9, 1) != TCP;
        my $tcp = substr $packet, 4 * ($first & 15);
        return length $tcp < 14 ? () : (join('.', unpack 'x12 C4', $packet), $tcp);
    }
    return if $first >> 4 != 6 || length $packet < 54 || ord(substr $packet, 6, 1) != TCP;
    return (join(':', map { sprintf '%x', $_ } unpack('x8 n8', $packet)), substr $packet, 40);
}
