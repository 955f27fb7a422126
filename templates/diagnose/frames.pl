# Counts the WebSocket messages between nginx and a backend for a while, by the frames on the host's loopback:
#   sudo -n perl - SECONDS PORT … < this
# Prints `frames PORT FROM_CLIENTS TO_CLIENTS` for each port, then `frames-lost PACKETS`: what the kernel could not hand over.
# It reads the heads of frames and keeps nothing. Perl is on every Ubuntu and Debian; it changes nothing on the host.
use strict;
use warnings;
use constant { PF_PACKET => 17, SOCK_DGRAM => 2, EVERY_PROTOCOL => 0x0300, OUTGOING => 4, TCP => 6, SOL_PACKET => 263, STATISTICS => 6, SOL_SOCKET => 1, RCVBUFFORCE => 33 };

my ($seconds, @ports) = @ARGV;
my %wanted = map { $_ => 1 } @ports;
my (%from, %to, %streams);
socket(my $tap, PF_PACKET, SOCK_DGRAM, EVERY_PROTOCOL) or die "no view of the packets: $!\n";
setsockopt $tap, SOL_SOCKET, RCVBUFFORCE, pack('i', 16 << 20);
my $over = 0;
local $SIG{ALRM} = sub { $over = 1 };
alarm $seconds;
while (!$over) {
    # Woken now and then: the alarm may come just before it waits.
    my $ready = '';
    vec($ready, fileno($tap), 1) = 1;
    select($ready, undef, undef, 0.1) > 0 or next;
    my $sender = recv($tap, my $packet, 70000, 0);
    next if !defined $sender || (unpack 'x10 C', $sender) == OUTGOING; # loopback shows each packet twice
    segment($packet);
}
my (undef, $lost) = unpack 'II', getsockopt($tap, SOL_PACKET, STATISTICS) // pack 'II', 0, 0;
print "frames\t$_\t", $from{$_} // 0, "\t", $to{$_} // 0, "\n" for @ports;
print "frames-lost\t$lost\n";

# A TCP segment of IPv4 or IPv6: its payload goes to the stream that it belongs to.
sub segment {
    my ($packet) = @_;
    return if length $packet < 40;
    my ($addresses, $tcp);
    if (ord($packet) >> 4 == 4) {
        return if ord(substr $packet, 9, 1) != TCP;
        $addresses = substr $packet, 12, 8;
        $tcp = substr $packet, 4 * (ord($packet) & 15), unpack('x2 n', $packet) - 4 * (ord($packet) & 15);
    } else {
        return if ord($packet) >> 4 != 6 || ord(substr $packet, 6, 1) != TCP;
        $addresses = substr $packet, 8, 32;
        $tcp = substr $packet, 40, unpack('x4 n', $packet);
    }
    return if length $tcp < 20;
    my ($source, $target, $sequence) = unpack 'n n N', $tcp;
    my $port = $wanted{$target} ? $target : $wanted{$source} ? $source : return;
    my $payload = substr $tcp, 4 * (ord(substr $tcp, 12, 1) >> 4);
    return if $payload eq '';
    my $stream = $streams{"$addresses$source-$target"} //= { port => $port, from => $target == $port };
    follow($stream, $sequence, $payload);
}

# What has been seen already is passed over; after a gap the next segment that begins with a frame is waited for.
sub follow {
    my ($stream, $sequence, $payload) = @_;
    if (defined $stream->{next}) {
        my $ahead = ($sequence - $stream->{next}) & 0xffffffff;
        return if $ahead > 0x7fffffff;
        delete @$stream{qw(skip rest known)} if $ahead > 0;
    }
    $stream->{next} = ($sequence + length $payload) & 0xffffffff;
    # The head of an upgrade may have the first frame behind it in the same segment.
    if ($payload =~ /^(?:GET |HTTP\/1)/) {
        delete @$stream{qw(skip rest known)};
        $payload =~ s/^.*?\r\n\r\n//s or return;
    }
    frames($stream, $payload);
}

# Counts the messages that end in it. A frame may go over many segments, its head over two.
sub frames {
    my ($stream, $data) = @_;
    $data = (delete $stream->{rest} // '') . $data;
    my $skip = delete $stream->{skip} // 0;
    my $count = 0;
    while (length $data) {
        if ($skip >= length $data) { $stream->{skip} = $skip - length $data; last }
        substr($data, 0, $skip, '');
        if (length $data < 14 && length $data < head($data)) { $stream->{rest} = $data; last }
        my $first = ord $data;
        if (!plausible($stream, $data)) { delete @$stream{qw(known)}; last }
        $stream->{known} = 1;
        $count++ if $first & 0x80 && ($first & 0x0f) < 3;
        $skip = whole($data);
    }
    my $sum = $stream->{from} ? \%from : \%to;
    $sum->{$stream->{port}} += $count;
}

# The bytes of a frame's head, as far as its beginning tells.
sub head {
    my ($data) = @_;
    return 2 if length $data < 2;
    my $second = ord substr $data, 1, 1;
    my $length = $second & 0x7f;
    return 2 + ($length == 127 ? 8 : $length == 126 ? 2 : 0) + ($second & 0x80 ? 4 : 0);
}

# The bytes of the frame with its head.
sub whole {
    my ($data) = @_;
    my $length = ord(substr $data, 1, 1) & 0x7f;
    $length = unpack 'x2 n', $data if $length == 126;
    $length = unpack 'x2 Q>', $data if $length == 127;
    return head($data) + $length;
}

# Clients mask and servers do not; a control frame is short and whole; of the reserved bits only the first is in use.
sub plausible {
    my ($stream, $data) = @_;
    my ($first, $second) = unpack 'C C', $data;
    my $opcode = $first & 0x0f;
    return 0 if $first & 0x30 || ($second & 0x80 ? 1 : 0) != ($stream->{from} ? 1 : 0);
    return $opcode < 3 || $opcode > 7 && $opcode < 11 && ($first & 0xf0) == 0x80 && ($second & 0x7f) < 126;
}
__END__
