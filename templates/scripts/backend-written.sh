# shellcheck shell=bash
# Files that a release wrote into its own folder, beside what was installed and what is shared: the next release does not
# have them. Also sent to a host by `npm run status`.

# written FOLDER INSTALLED list|summary: all of them, each ended by a zero; or `BYTES COUNT NAME` of each entry of the
# folder, the largest first, thirty at most. INSTALLED is the record of the installation: its `name` is as old as that,
# and `files` holds what came with it. Where such a file was changed, the list has it; the summary has not, since that is
# drift already. Our own record in the folder is none of the release's.
written() {
  [ -e "$2/name" ] && [ -e "$2/files" ] && [ -d "$1" ] || return 0
  find "$1" \( -name node_modules -o -path "$1/.geo-system-*" \) -prune -o -type f -cnewer "$2/name" -printf '%s\t%T@\t%P\0' 2> /dev/null |
    perl -e "$WRITTEN" -- "$3" "$2/files" "$2/name"
}

# shellcheck disable=SC2016 # Perl's variables
WRITTEN='
  my ($mode, $files, $name) = @ARGV;
  my $installed = (stat $name)[9];
  open my $sums, "<", $files or die;
  my %ours = map { chomp; (substr($_, 66) => 1) } <$sums>;
  $/ = "\0";
  my (%bytes, %count, %one);
  while (<STDIN>) {
    chomp;
    my ($size, $time, $path) = split /\t/, $_, 3;
    next if $ours{$path} && ($mode eq "summary" || $time < $installed); # touched, and not written
    if ($mode eq "list") { print "$path\0"; next }
    (my $shown = $path) =~ s/[[:cntrl:]]/?/g;
    my ($entry) = split m{/}, $shown;
    $bytes{$entry} += $size;
    $count{$entry}++;
    $one{$entry} = $shown;
  }
  my @entries = sort { $bytes{$b} <=> $bytes{$a} || $a cmp $b } keys %bytes;
  splice @entries, 30 if @entries > 30;
  print "$bytes{$_}\t$count{$_}\t", ($count{$_} == 1 ? $one{$_} : "$_/"), "\n" for @entries;
'
