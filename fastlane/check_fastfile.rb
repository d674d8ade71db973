# Evaluates a Fastfile without fastlane: lists its lanes, runs each one's body against a recorder, and fails on an action
# that is not known here, an option that is not known for it, or a path that does not exist.
#   ruby fastlane/check_fastfile.rb FASTFILE TOP
# What it can't see: whether fastlane would accept the options' values.

ACTIONS = {
  build_app: %i[project scheme skip_archive skip_codesigning destination],
  gradle: %i[project_dir task tasks build_type],
  sh: [],
  upload_to_app_store: %i[metadata_path skip_binary_upload skip_screenshots support_url privacy_url marketing_url],
  upload_to_play_store: %i[track metadata_path skip_upload_aab skip_upload_apk skip_upload_changelogs],
  upload_to_testflight: %i[skip_waiting_for_build_processing],
}.freeze

# Made on the way by another tool, from what stands beside it.
MADE_FROM = { "ios/Linnet.xcodeproj" => "ios/project.yml" }.freeze

class Recorder
  attr_reader :errors, :lanes

  def initialize(top)
    @top, @errors, @lanes, @platform = top, [], {}, nil
  end

  def default_platform(_) = nil
  def desc(_) = nil

  def platform(name)
    @platform = name
    yield
    @platform = nil
  end

  def lane(name, &body) = (@lanes["#{@platform} #{name}"] = body)

  def run
    @lanes.each do |name, body|
      @platform = name.split.first
      instance_exec({}, &body)
    end
  end

  def method_missing(name, *arguments, **options)
    other = @lanes["#{@platform} #{name}"]
    return instance_exec({}, &other) if other

    known = ACTIONS[name]
    return @errors << "unknown action #{name}" unless known

    (options.keys - known).each { |key| @errors << "#{name}: unknown option #{key}" }
    paths = options.select { |key, _| key.to_s =~ /path|project/ }.values
    paths << arguments.first if name == :sh && arguments.first.include?("/")
    paths.grep(String).each do |path|
      real = MADE_FROM.fetch(path, path)
      @errors << "#{name}: #{real} is missing" unless File.exist?(File.join(@top, real))
    end
  end

  def respond_to_missing?(*) = true
end

# The publisher's addresses are no part of the repository.
%w[SUPPORT PRIVACY MARKETING].each { |name| ENV["LINNET_#{name}_URL"] ||= "https://example.org" }

file, top = ARGV
recorder = Recorder.new(top)
recorder.instance_eval(File.read(file), file)
recorder.run
puts(recorder.lanes.keys.map { |name| "fastlane: lane #{name}" })
puts(recorder.errors.map { |error| "fastlane: #{error}" })
exit(recorder.errors.empty? ? 0 : 1)
